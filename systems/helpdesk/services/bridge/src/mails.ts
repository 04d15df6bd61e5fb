/** The mails that follow from what happens to users, word for word the monolith's. */

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
