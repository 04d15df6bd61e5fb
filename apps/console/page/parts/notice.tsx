/** A message that stands out: something is wrong, or waits. */
import type { ReactNode } from 'react';
import type { Refusal } from '../reading/answer.ts';

export interface NoticeProps {
  readonly tone: 'wait' | 'fail';
  readonly title: string;
  readonly children?: ReactNode;
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={tone === 'fail' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}

export function RefusalNotice({ refusal }: { readonly refusal: Refusal | undefined }) {
  if (refusal === undefined) return null;
  return (
    <Notice tone="fail" title={refusal.message}>
      {refusal.fix} <span className="quiet">({refusal.code})</span>
    </Notice>
  );
}
