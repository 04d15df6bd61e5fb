/** Hashes of passwords and of reset tokens, as the monolith makes them: argon2id, 64 MiB, three passes, four lanes. */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

const cost = { memoryCost: 65_536, timeCost: 3, parallelism: 4 };

export function hashSecret(secret: string): Promise<string> {
  return hash(secret, cost);
}

export function isSecret(hashed: string, secret: string): Promise<boolean> {
  return verify(hashed, secret);
}

let hashOfNobody: Promise<string> | undefined;

/** False, after as long as it takes to try the password of somebody: the time does not tell whether there is an account. */
export async function isSecretOfNobody(secret: string): Promise<false> {
  hashOfNobody ??= hashSecret(randomBytes(16).toString('hex'));
  await isSecret(await hashOfNobody, secret);
  return false;
}
