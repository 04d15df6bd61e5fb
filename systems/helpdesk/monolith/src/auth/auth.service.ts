/** Accounts: sign-up, log-in, and the ways to another password. */
import { randomBytes } from 'node:crypto';
import { BadRequestException, ConflictException, Injectable, UnauthorizedException } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.ts';
import { DatabaseService } from '../database/database.service.ts';
import { userReference } from '../database/user-reference.ts';
import { EmailService } from '../email/email.service.ts';
import type { PasswordResetToken } from '../generated/schema/client.ts';
import type { ChangePasswordDto, ForgotPasswordDto, LoginDto, ResetPasswordDto, SignupDto } from './auth.dto.ts';
import { hashSecret, isSecret } from './passwords.ts';
import { issueToken } from './tokens.ts';

const resetTokenBytes = 32;
const resetTokenLifetimeMs = 3_600_000;

export interface Message {
  readonly message: string;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly database: DatabaseService,
    private readonly audit: AuditService,
    private readonly email: EmailService,
  ) {}

  async signUp({ email, password, firstName, lastName }: SignupDto) {
    const existing = await this.database.user.findUnique({ where: { email } });
    if (existing !== null) throw new ConflictException('Email already exists');
    const user = await this.database.user.create({
      data: { email, password: await hashSecret(password), firstName: firstName ?? null, lastName: lastName ?? null },
      select: { ...userReference, createdAt: true, role: true },
    });
    await this.email.welcome(user);
    await this.audit.write({ actorId: user.id, action: 'user.signup', entityType: 'user', entityId: user.id });
    return { user, token: issueToken(user) };
  }

  async logIn({ email, password }: LoginDto) {
    const user = await this.database.user.findUnique({ where: { email } });
    if (user === null || !(await isSecret(user.password, password))) throw new UnauthorizedException('Invalid credentials');
    const { id, firstName, lastName } = user;
    return { user: { id, email: user.email, firstName, lastName }, token: issueToken(user) };
  }

  /** The answer does not tell whether somebody has this address. */
  async forgotPassword({ email }: ForgotPasswordDto): Promise<Message> {
    const user = await this.database.user.findUnique({ where: { email } });
    if (user !== null) {
      await this.audit.write({ actorId: user.id, action: 'user.forgot_password_requested', entityType: 'user', entityId: user.id });
      const token = randomBytes(resetTokenBytes).toString('hex');
      const expiresAt = new Date(Date.now() + resetTokenLifetimeMs);
      await this.database.passwordResetToken.create({ data: { userId: user.id, tokenHash: await hashSecret(token), expiresAt } });
      await this.email.passwordReset(user.email, token);
    }
    return { message: 'If the email exists, a reset link has been sent' };
  }

  async resetPassword({ token, newPassword }: ResetPasswordDto): Promise<Message> {
    const found = await this.findResetToken(token);
    if (found === undefined) throw new BadRequestException('Invalid or expired reset token');
    const { id, userId } = found;
    await this.database.user.update({ where: { id: userId }, data: { password: await hashSecret(newPassword) } });
    await this.audit.write({ actorId: userId, action: 'user.password_reset', entityType: 'user', entityId: userId });
    await this.database.passwordResetToken.update({ where: { id }, data: { used: true } });
    return { message: 'Password reset successful' };
  }

  async changePassword(userId: string, { oldPassword, newPassword }: ChangePasswordDto): Promise<Message> {
    const user = await this.database.user.findUnique({ where: { id: userId } });
    if (user === null || !(await isSecret(user.password, oldPassword))) throw new BadRequestException('Current password is incorrect');
    await this.database.user.update({ where: { id: userId }, data: { password: await hashSecret(newPassword) } });
    return { message: 'Password changed successfully' };
  }

  /** Tokens are stored as hashes with a salt, so each that is still good has to be tried. */
  private async findResetToken(token: string): Promise<PasswordResetToken | undefined> {
    const live = await this.database.passwordResetToken.findMany({ where: { used: false, expiresAt: { gte: new Date() } } });
    for (const candidate of live) if (await isSecret(candidate.tokenHash, token)) return candidate;
    return undefined;
  }
}
