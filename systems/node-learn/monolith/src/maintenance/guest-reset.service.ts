/** Gives the shared guest a clean slate every night: badges and stats go, board entries stay. */
import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { guestGoogleId } from '../users/user.entity.ts';

@Injectable()
export class GuestResetService {
  private readonly logger = new Logger(GuestResetService.name);

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** At midnight in the program's local time. A failed night is only logged: the next one is another chance. */
  @Cron(process.env.GUEST_RESET_CRON ?? CronExpression.EVERY_DAY_AT_MIDNIGHT, { name: 'guest-reset' })
  async runNightly(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.logger.error(`The guest could not be reset: ${String(error)}`);
    }
  }

  /** Throws when the guest or the database is missing. */
  async run(): Promise<void> {
    const [guest] = await this.database.query<{ id: number }[]>('SELECT id FROM users WHERE google_id = $1', [guestGoogleId]);
    if (guest === undefined) throw new Error(`there is no user with the Google id "${guestGoogleId}"`);
    await this.database.query('DELETE FROM user_achievements WHERE user_id = $1', [guest.id]);
    await this.database.query('DELETE FROM user_question_stats WHERE user_id = $1', [guest.id]);
    this.logger.log('The guest starts afresh.');
  }
}
