/**
 * A key and a certificate for a client that has none: the driver takes an authority only in one text with these. It trusts all of that text
 * as well, so this certificate must not be able to vouch for anybody: it is no authority's, is for clients alone, and the key of the one that
 * signed it is gone.
 */
export const NOBODY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg842S7c0jWhvFhkIs
2xPB5dwnka8+OGxTJvNRCiZcCJuhRANCAAQEyTTxwA7cQmEFVGa1uChwO30SCcTY
L7WyPiVtDUHUhgUIoDnJJppdPgG9sGje5AYJROsSI4ZC/C/ugXj2Y+CX
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBnzCCAUSgAwIBAgIQALuwj31RAiLzPk68GCcIMDAKBggqhkjOPQQDAjARMQ8w
DQYDVQQDDAZOb2JvZHkwIBcNMjYxMTI3MDkxODA1WhgPMjExOTEyMzAwOTE4MDVa
MBUxEzARBgNVBAMMCmNoYW5nZW92ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQEyTTxwA7cQmEFVGa1uChwO30SCcTYL7WyPiVtDUHUhgUIoDnJJppdPgG9sGje
5AYJROsSI4ZC/C/ugXj2Y+CXo3gwdjAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQE
AwIHgDAWBgNVHSUBAf8EDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUsP8RLYroZoEA
LeEUXiDwGv6nAwYwHwYDVR0jBBgwFoAUTNJuAzxuHUMlopfDfx1S0U1uBq0wCgYI
KoZIzj0EAwIDSQAwRgIhAIl0DUqH6ORa2tc6MEn1v3T9ugr14HtLf2kuArlANDC1
AiEA4SpXtvKk+Nx1RLkRQ4RCXp9qKtILixxHHo33K5F2KV8=
-----END CERTIFICATE-----`;
