/** Hashes of passwords and of reset tokens: argon2id, 64 MiB, three passes, four lanes. */
import { hash, verify } from '@node-rs/argon2';

const cost = { memoryCost: 65_536, timeCost: 3, parallelism: 4 };

export function hashSecret(secret: string): Promise<string> {
  return hash(secret, cost);
}

export function isSecret(hashed: string, secret: string): Promise<boolean> {
  return verify(hashed, secret);
}
