/** What a JSON Lines source may change of one request. Header names are lower case. */
export type RequestOverrides = {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as UTF-8. */
  body?: string;
};
