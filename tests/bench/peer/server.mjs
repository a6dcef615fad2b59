// node-oidc-provider with one client, its in-memory adapter and its development pages: what Anteroom is measured beside.
// Listens on 127.0.0.1:$PORT.
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const port = Number(process.env.PORT);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'bench-client',
      client_secret: 'bench-secret-of-more-than-32-characters',
      redirect_uris: ['http://127.0.0.1:9/cb'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      scope: 'openid profile email api',
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }] },
  scopes: ['openid', 'profile', 'email', 'api'],
  claims: { profile: ['name'], email: ['email', 'email_verified'] },
  cookies: { keys: ['only-for-measuring'] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
  },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'Anne Rogers', email: 'anne@example.com', email_verified: true }),
  }),
  issueRefreshToken: () => true,
});

provider.listen(port, '127.0.0.1');
