/** The three forms of RFC 9110 section 5.6.7; senders make the first, the others are from before 1995. */
const forms = [
  /^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) (?:gmt|utc)$/i,
  /^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) gmt$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) (?<year>\d{4})$/i,
];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Milliseconds since 1970 of an HTTP date; undefined when it is none, or no day of the calendar.
 * @param nowMs decides the century of a year of two digits: not more than 50 years ahead
 */
export const httpDateMs = (text: string, nowMs: number): number | undefined => {
  for (const form of forms) {
    const parts = form.exec(text.trim())?.groups;
    if (parts !== undefined) return calendarMs(parts, nowMs);
  }
  return undefined;
};

const calendarMs = (parts: Record<string, string>, nowMs: number): number | undefined => {
  const month = months.indexOf((parts.month ?? '').toLowerCase());
  const [day, h, m, s] = [parts.day, parts.h, parts.m, parts.s].map(Number) as [number, number, number, number];
  const year = fullYear(parts.year ?? '', nowMs);
  const isTime = h < 24 && m < 60 && s <= 60;
  const midnight = new Date(Date.UTC(year, month, day));
  const isDay = month >= 0 && midnight.getUTCMonth() === month && midnight.getUTCDate() === day;
  return isDay && isTime ? midnight.getTime() + ((h * 60 + m) * 60 + s) * 1000 : undefined;
};

const fullYear = (digits: string, nowMs: number): number => {
  if (digits.length === 4) return Number(digits);
  const latest = new Date(nowMs).getUTCFullYear() + 50;
  return latest - ((latest - Number(digits)) % 100);
};
