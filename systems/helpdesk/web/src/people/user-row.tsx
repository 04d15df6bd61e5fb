/** One account. */
import { Confirm } from '@banyan/web/confirm';
import type { Account, Role } from '../api/routes.ts';
import { nameOf } from './names.ts';
import { PickOne } from './pick-one.tsx';
import { RoleTag } from './role-tag.tsx';

const roles = [
  ['AGENT', 'Agent'],
  ['ADMIN', 'Admin'],
] as const;

interface Props {
  readonly account: Account;
  readonly isOneself: boolean;
  readonly isUnderWay: boolean;
  readonly onRole: (role: Role) => void;
  readonly onDelete: () => Promise<void>;
}

export function UserRow({ account, isOneself, isUnderWay, onRole, onDelete }: Props) {
  const { email, role } = account;
  const name = nameOf(account);
  return (
    <tr>
      <th scope="row">
        {email} {isOneself && <span className="tag">you</span>}
      </th>
      <td data-label="Name">{name === email ? '–' : name}</td>
      <td data-label="Role">
        <RoleTag role={role} />
      </td>
      <td>
        <PickOne
          label={<span className="unseen">Role of {email}</span>}
          value={role}
          options={roles}
          action="Change"
          about={`the role of ${email}`}
          isDisabled={isUnderWay}
          onPick={(value) => onRole(value as Role)}
        />
      </td>
      <td className="row-end">
        {/* Nobody may delete the own account. */}
        {!isOneself && (
          <Confirm
            label="Delete …"
            about={email}
            title={`Delete ${email}?`}
            action="Delete for good"
            whileUnderWay="Deleting …"
            onConfirm={onDelete}
          >
            <p>
              Their tickets go with them, and all comments on those; so do their comments on other tickets. Tickets assigned to them become
              unassigned. This cannot be undone.
            </p>
          </Confirm>
        )}
      </td>
    </tr>
  );
}
