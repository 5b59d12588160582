// Prints a token for $TENANT $TEAMS $USER_ID $NAME $ROLE $TTL_S, signed with $TOKEN_KEY: TOKEN_CMD of the conformance suite
// and of the smoke test, for stages whose identity is `secret`.
import { token } from './people.mjs';

const { TOKEN_KEY, TENANT = 'acme', TEAMS = 'platform', USER_ID = 'ana', NAME = USER_ID, ROLE = 'editor', TTL_S = '3600', TOKEN_ISSUER, TOKEN_AUDIENCE } = process.env;
if (!TOKEN_KEY) {
  console.error('TOKEN_KEY must hold the key: aws secretsmanager get-secret-value --secret-id cyclesheet/dev/token-key --query SecretString --output text');
  process.exit(2);
}
const other = { ...(TOKEN_ISSUER && { iss: TOKEN_ISSUER }), ...(TOKEN_AUDIENCE && { aud: TOKEN_AUDIENCE }) };
console.log(token(TOKEN_KEY, USER_ID, { tenant: TENANT, teams: TEAMS.split(','), role: ROLE, ttl: Number(TTL_S), name: NAME, ...other }));
