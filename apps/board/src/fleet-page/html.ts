/** Text that is HTML already: everything in it that came from outside is escaped. */
export type Html = { readonly markup: string };

type Value = Html | readonly Html[] | string | number | undefined;

/** A template whose values are escaped, unless they are HTML themselves; undefined is nothing. */
export const html = (strings: TemplateStringsArray, ...values: Value[]): Html => ({
  markup: String.raw({ raw: strings }, ...values.map(markupOf)),
});

const markupOf = (value: Value): string => {
  if (value === undefined) return '';
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
  return escapeHtml(String(value));
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text between tags and within quoted attributes. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
