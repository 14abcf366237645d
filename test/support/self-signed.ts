/** A certificate for localhost that nobody trusts, and its key: made for tests, valid for 100 years, used nowhere else. */
export const selfSigned = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUUWjnRJbGbJl6f9RTDspmW+XX7TswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA4NDAxNloYDzIxMjYxMDI4
MDg0MDE2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATuyzB+9J96n98VMpxZFPcyVmxVmlABBgjngzr4idZgWBRocmtJMvLZ
RCxxOOuXHLzfmNKIcGlpg+lsLSbFYoCDo2kwZzAdBgNVHQ4EFgQU/hLafzUsQwXT
jRqcMNQt2o77iG0wHwYDVR0jBBgwFoAU/hLafzUsQwXTjRqcMNQt2o77iG0wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAPmTJm8LXT0Vwv+k9yMpnkDr6tyYE5YTP7+xfhdg9Za1AiEA74tAwQ6t
jD6tgs7a7+NCRuZMY72wDdf8qq8FH9iDKdk=
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTX1FHoihBLU22jbG
o/dD6WI+09uZoQBwwhKrw6CgRs2hRANCAATuyzB+9J96n98VMpxZFPcyVmxVmlAB
Bgjngzr4idZgWBRocmtJMvLZRCxxOOuXHLzfmNKIcGlpg+lsLSbFYoCD
-----END PRIVATE KEY-----`,
};
