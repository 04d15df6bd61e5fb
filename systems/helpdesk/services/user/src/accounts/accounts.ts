/** Accounts: sign-up, log-in, and the ways to another password. Each change is one transaction with the event that tells it. */
import { randomUUID } from 'node:crypto';
import { createSeal, type Seal, type Tokens } from '@banyan/identity';
import { OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, SqlSession, Transactions } from '@banyan/outbox';
import { passwordResetRequested, userCreated, userUpdated } from '@helpdesk/contracts/events';
import { BadRequestException, ConflictException, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import { Database } from '../database.ts';
import { toPerson, toReference, userColumns, type UserRow } from '../directory/user-shapes.ts';
import { USER_SETTINGS, type UserSettings } from '../settings.ts';
import type { ChangePasswordBody, LogInBody, SignUpBody } from './accounts.dto.ts';
import { issueToken, TOKENS } from './issue-token.ts';
import { hashSecret, isSecret, isSecretOfNobody } from './passwords.ts';
import { ResetTokens } from './reset-tokens.ts';

type Published = typeof userCreated | typeof userUpdated | typeof passwordResetRequested;

@Injectable()
export class Accounts {
  private readonly seal: Seal;

  constructor(
    @Inject(USER_SETTINGS) private readonly settings: UserSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(OUTBOX) private readonly outbox: Outbox<Published>,
    @Inject(TOKENS) private readonly tokens: Tokens,
    @Inject(ResetTokens) private readonly resetTokens: ResetTokens,
  ) {
    this.seal = createSeal(settings.SEAL_SECRET);
  }

  async signUp(body: SignUpBody): Promise<object> {
    const { email } = body;
    if ((await this.database.rows.address.findUnique({ where: { email } })) !== null) throw new EmailTaken();
    const password = await hashSecret(body.password);
    crashPoint('user.sign-up.before-write');
    const user = await this.transactions
      .run(({ session }) => this.insert(session, body, password))
      .catch((error: unknown) => {
        // Somebody else has signed up at the same moment; the monolith takes that for its own failure.
        if (this.settings.FLAGS.has('fix.races') && isDuplicate(error)) throw new EmailTaken();
        throw error;
      });
    crashPoint('user.sign-up.written');
    const { createdAt, role } = user;
    return { user: { ...toReference(user), createdAt, role }, token: await issueToken(this.tokens, user) };
  }

  async logIn({ email, password }: LogInBody): Promise<object> {
    const user = await this.database.rows.user.findUnique({ where: { email } });
    const isRight = user === null ? await isSecretOfNobody(password) : await isSecret(user.password, password);
    if (user === null || !isRight) throw new UnauthorizedException('Invalid credentials');
    const role = this.settings.FLAGS.has('fix.login_role') ? { role: user.role } : {};
    return { user: { ...toReference(user), ...role }, token: await issueToken(this.tokens, user) };
  }

  /** Takes as long for an address that nobody has. */
  async requestReset(email: string): Promise<void> {
    const user = await this.database.rows.user.findUnique({ where: { email }, select: { id: true } });
    const created = await this.resetTokens.create();
    if (user === null) return;
    const now = new Date();
    await this.transactions.run(async ({ session }) => {
      const expiresAt = await this.resetTokens.keep(session, created, user.id, now);
      const times = { expiresAt: expiresAt.toISOString(), requestedAt: now.toISOString() };
      const tokenSealed = this.seal.seal(created.token, user.id);
      this.outbox.publish(passwordResetRequested, { userId: user.id, email, tokenSealed, ...times });
    });
  }

  /** Of several who use one link at once, one does. */
  async resetPassword(token: string, newPassword: string): Promise<void> {
    const id = await this.resetTokens.find(token);
    if (id === undefined) throw new BadResetToken();
    const password = await hashSecret(newPassword);
    await this.transactions.run(async ({ session }) => {
      const userId = await this.resetTokens.use(session, id, new Date());
      if (userId === undefined) throw new BadResetToken();
      await this.setPassword(session, userId, password, 'password_reset');
    });
  }

  async changePassword(userId: string, { oldPassword, newPassword }: ChangePasswordBody): Promise<void> {
    const user = await this.database.rows.user.findUnique({ where: { id: userId }, select: { password: true } });
    if (user === null || !(await isSecret(user.password, oldPassword))) throw new BadRequestException('Current password is incorrect');
    const password = await hashSecret(newPassword);
    await this.transactions.run(({ session }) => this.setPassword(session, userId, password, 'password_changed'));
  }

  private async insert(session: SqlSession, { email, firstName, lastName }: SignUpBody, password: string): Promise<UserRow> {
    const { rows } = await session.query<UserRow>(
      `insert into users (id, email, password, "firstName", "lastName", "createdAt", "updatedAt") values ($1, $2, $3, $4, $5, $6, $6)
       returning ${userColumns}`,
      [randomUUID(), email, password, firstName ?? null, lastName ?? null, new Date().toISOString()],
    );
    const [user] = rows as [UserRow];
    this.outbox.publish(userCreated, { ...toPerson(user), createdAt: user.createdAt.toISOString() });
    return user;
  }

  private async setPassword(session: SqlSession, id: string, password: string, cause: 'password_reset' | 'password_changed') {
    const { rows } = await session.query<UserRow>(
      `update users set password = $2, "updatedAt" = $3 where id = $1 returning ${userColumns}`,
      [id, password, new Date().toISOString()],
    );
    const [user] = rows;
    // Whoever was deleted at the same moment has no password to set.
    if (user !== undefined) this.outbox.publish(userUpdated, { ...toPerson(user), changed: ['password'], cause });
  }
}

class EmailTaken extends ConflictException {
  constructor() {
    super('Email already exists');
  }
}

class BadResetToken extends BadRequestException {
  constructor() {
    super('Invalid or expired reset token');
  }
}

/** SQLSTATE 23505, unique_violation. */
function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown }).code === '23505';
}
