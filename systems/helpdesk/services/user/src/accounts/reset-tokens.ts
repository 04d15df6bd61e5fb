/** Tokens by which a password can be set anew: kept as the monolith keeps them, and found without trying each. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { SqlSession } from '@banyan/outbox';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database.ts';
import { USER_SETTINGS, type UserSettings } from '../settings.ts';
import { hashSecret, isSecret } from './passwords.ts';

const tokenBytes = 32;
const lifetimeMs = 3_600_000;

export interface NewResetToken {
  readonly token: string;
  /** What is kept of it where the monolith can read it. */
  readonly hash: string;
}

@Injectable()
export class ResetTokens {
  constructor(
    @Inject(USER_SETTINGS) private readonly settings: UserSettings,
    @Inject(Database) private readonly database: Database,
  ) {}

  async create(): Promise<NewResetToken> {
    const token = randomBytes(tokenBytes).toString('hex');
    return { token, hash: await hashSecret(token) };
  }

  /** Answers until when it is good. */
  async keep(session: SqlSession, { token, hash }: NewResetToken, userId: string, now: Date): Promise<Date> {
    const id = randomUUID();
    const expiresAt = new Date(now.getTime() + lifetimeMs);
    await session.query(
      `insert into password_reset_tokens (id, "userId", "tokenHash", "expiresAt", "createdAt") values ($1, $2, $3, $4, $5)`,
      [id, userId, hash, expiresAt.toISOString(), now.toISOString()],
    );
    await session.query('insert into reset_token_digests ("tokenId", digest) values ($1, $2)', [id, this.digest(token)]);
    return expiresAt;
  }

  /** The id of a token that is good now. */
  async find(token: string): Promise<string | undefined> {
    const good = { used: false, expiresAt: { gte: new Date() } };
    const { passwordResetToken } = this.database.rows;
    const known = await passwordResetToken.findFirst({ where: { ...good, digest: { digest: this.digest(token) } } });
    if (known !== null) return known.id;
    // Those that the monolith has made are an hour old at most.
    for (const { id, tokenHash } of await passwordResetToken.findMany({ where: { ...good, digest: { is: null } } }))
      if (await isSecret(tokenHash, token)) return id;
    return undefined;
  }

  /** Whose it was; undefined when somebody else has used it meanwhile, its time is over, or whose it was is being deleted. */
  async use(session: SqlSession, id: string, now: Date): Promise<string | undefined> {
    const { rows } = await session.query<{ userId: string }>(
      `update password_reset_tokens set used = true
       where id = $1 and not used and "expiresAt" >= $2 and exists (select from present_users where id = "userId") returning "userId"`,
      [id, now.toISOString()],
    );
    return rows[0]?.userId;
  }

  /** Keyed, so that whoever reads the table alone cannot tell whether a token is in it. */
  private digest(token: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(createHmac('sha256', this.settings.JWT_SECRET).update(`reset ${token}`).digest());
  }
}
