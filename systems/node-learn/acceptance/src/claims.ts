// What Node-Learn's tokens say.

export interface Claims {
  readonly sub?: number;
  readonly email?: string;
  readonly name?: string;
  readonly isAdmin?: boolean;
  readonly iat?: number;
  readonly exp?: number;
}
