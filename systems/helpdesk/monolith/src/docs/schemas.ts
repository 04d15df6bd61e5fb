/** Shapes of bodies. */

const string = { type: 'string' };
const orNull = { type: 'string', nullable: true };
const boolean = { type: 'boolean' };
const integer = { type: 'number' };
const dateTime = { type: 'string', format: 'date-time' };
const email = { type: 'string', format: 'email' };
const password = { type: 'string', minLength: 6 };
const role = { type: 'string', enum: ['AGENT', 'ADMIN'] };
const status = { type: 'string', enum: ['OPEN', 'IN_PROGRESS', 'DONE'] };
const user = { $ref: '#/components/schemas/User' };

function object(properties: Readonly<Record<string, object>>, required: readonly string[] = Object.keys(properties)): object {
  return { type: 'object', properties, required };
}

const person = { id: string, email, firstName: orNull, lastName: orNull };

export const schemas = {
  Signup: object({ email, password, firstName: orNull, lastName: orNull }, ['email', 'password']),
  SignedUp: object({ user: object({ ...person, createdAt: dateTime, role }), token: string }),
  Login: object({ email, password: string }),
  LoggedIn: object({ user: object({ ...person, role }), token: string }),
  ForgotPassword: object({ email }),
  ResetPassword: object({ token: string, newPassword: password }),
  ChangePassword: object({ oldPassword: string, newPassword: password }),
  Message: object({ message: string }),
  User: object({ ...person, role, createdAt: dateTime }, ['id', 'email', 'firstName', 'lastName']),
  CreateTicket: object({ title: string, description: string }),
  UpdateTicket: object({ status }, []),
  AssignTicket: object({ assignedToUserId: orNull }),
  Ticket: object(
    {
      id: string,
      userId: string,
      title: string,
      description: string,
      status,
      assignedToUserId: orNull,
      createdAt: dateTime,
      updatedAt: dateTime,
      user,
      assignedTo: { nullable: true, allOf: [user] },
    },
    ['id', 'userId', 'title', 'description', 'status', 'assignedToUserId', 'createdAt', 'updatedAt', 'user'],
  ),
  AddComment: object({ body: string, isInternal: boolean }, ['body']),
  Comment: object({
    id: string,
    ticketId: string,
    authorId: string,
    body: string,
    isInternal: boolean,
    createdAt: dateTime,
    author: user,
  }),
  AuditEvent: object({
    id: string,
    actorId: orNull,
    action: string,
    entityType: string,
    entityId: string,
    metadata: { type: 'object' },
    createdAt: dateTime,
    actor: { nullable: true, allOf: [user] },
  }),
  ChangeRole: object({ role }),
  Statistics: object({ totalTickets: integer, openTickets: integer, inProgressTickets: integer, doneTickets: integer }),
};
