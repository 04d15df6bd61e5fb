/** Puts mails into the queue that the mailer empties. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.ts';
import { ENVIRONMENT, type Environment } from '../environment.ts';

interface TicketOfMail {
  readonly title: string;
  readonly user: { readonly email: string };
}

@Injectable()
export class EmailService {
  private readonly logger = new Logger(EmailService.name);

  constructor(
    private readonly database: DatabaseService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  welcome(user: { email: string; firstName: string | null }): Promise<void> {
    const greeting = user.firstName ? `Hello ${user.firstName},` : 'Hello,';
    return this.queue(
      user.email,
      'Welcome to Helpdesk',
      `${greeting}\n\nYour account has been created. You can log in now.\n\nThe Helpdesk team`,
    );
  }

  passwordReset(email: string, token: string): Promise<void> {
    const link = `${this.environment.frontendBaseUrl}/reset-password?token=${token}`;
    return this.queue(
      email,
      'Password Reset Request',
      `Hello,\n\nA new password was requested for your account. Choose it here:\n\n${link}\n\nThe link is valid for 1 hour. If you have not requested it, ignore this mail.\n\nThe Helpdesk team`,
    );
  }

  async ticketCreated(ticket: TicketOfMail & { description: string }): Promise<void> {
    const { staffNotifyEmail } = this.environment;
    if (staffNotifyEmail === undefined) return;
    await this.queue(
      staffNotifyEmail,
      `New Ticket: ${ticket.title}`,
      `A new ticket has been created.\n\nCreated by: ${ticket.user.email}\nTitle: ${ticket.title}\n\n${ticket.description}`,
    );
  }

  ticketStatusChanged(ticket: TicketOfMail, oldStatus: string, newStatus: string): Promise<void> {
    return this.queue(
      ticket.user.email,
      `Ticket Status Updated: ${ticket.title}`,
      `The status of your ticket "${ticket.title}" has changed.\n\nOld status: ${oldStatus}\nNew status: ${newStatus}`,
    );
  }

  ticketAssignmentChanged(ticket: TicketOfMail, assigneeEmail: string | undefined): Promise<void> {
    return this.queue(
      ticket.user.email,
      `Ticket Assignment Update: ${ticket.title}`,
      assigneeEmail === undefined
        ? `Your ticket "${ticket.title}" is no longer assigned.`
        : `Your ticket "${ticket.title}" has been assigned to ${assigneeEmail}.`,
    );
  }

  /** A mail that cannot be queued is no reason to refuse what it is about. */
  private async queue(to: string, subject: string, body: string): Promise<void> {
    try {
      await this.database.emailOutbox.create({ data: { to, subject, body } });
    } catch (error) {
      this.logger.error(`A mail "${subject}" could not be queued: ${String(error)}`);
    }
  }
}
