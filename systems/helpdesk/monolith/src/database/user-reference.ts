/** What of a user is shown to others. */

export const userReference = { id: true, email: true, firstName: true, lastName: true } as const;
export const userReferenceWithRole = { ...userReference, role: true } as const;
