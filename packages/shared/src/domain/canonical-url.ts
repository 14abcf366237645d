/** An http(s) URL without fragment and credentials, as the WHATWG parser spells it. Made by `canonicalise` only. */
export type CanonicalUrl = string & { readonly canonicalUrl: unique symbol };
