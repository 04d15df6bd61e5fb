/** The mails that follow from what happens, word for word the monolith's. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

export function welcome({ email, firstName }: { readonly email: string; readonly firstName: string | null }): Mail {
  const greeting = firstName ? `Hello ${firstName},` : 'Hello,';
  return {
    to: email,
    subject: 'Welcome to Helpdesk',
    body: `${greeting}\n\nYour account has been created. You can log in now.\n\nThe Helpdesk team`,
  };
}

/** @param link where the password is set */
export function passwordReset(email: string, link: string): Mail {
  return {
    to: email,
    subject: 'Password Reset Request',
    body: `Hello,\n\nA new password was requested for your account. Choose it here:\n\n${link}\n\nThe link is valid for 1 hour. If you have not requested it, ignore this mail.\n\nThe Helpdesk team`,
  };
}

interface TicketOfMail {
  readonly title: string;
}

/** To whoever is told about all new tickets. */
export function ticketCreated(
  to: string,
  { title, description, userEmail }: TicketOfMail & { readonly description: string; readonly userEmail: string | null },
): Mail {
  return {
    to,
    subject: `New Ticket: ${title}`,
    body: `A new ticket has been created.\n\nCreated by: ${userEmail ?? 'nobody any more'}\nTitle: ${title}\n\n${description}`,
  };
}

export function statusChanged(
  to: string,
  { title, oldStatus, newStatus }: TicketOfMail & { readonly oldStatus: string; readonly newStatus: string },
): Mail {
  return {
    to,
    subject: `Ticket Status Updated: ${title}`,
    body: `The status of your ticket "${title}" has changed.\n\nOld status: ${oldStatus}\nNew status: ${newStatus}`,
  };
}

/** @param assigneeEmail null when it is nobody's to do */
export function assignmentChanged(to: string, { title, assigneeEmail }: TicketOfMail & { readonly assigneeEmail: string | null }): Mail {
  return {
    to,
    subject: `Ticket Assignment Update: ${title}`,
    body:
      assigneeEmail === null
        ? `Your ticket "${title}" is no longer assigned.`
        : `Your ticket "${title}" has been assigned to ${assigneeEmail}.`,
  };
}
