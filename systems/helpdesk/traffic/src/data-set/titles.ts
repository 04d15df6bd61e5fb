/** What people write tickets about: ordinary troubles, and what forms of all kinds have to live with. */
import type { Invention } from './invention.ts';

const things = [
  'Printer on the second floor', 'VPN', 'Badge reader', 'Meeting room screen', 'Mailbox', 'Calendar', 'Laptop battery', 'Invoice export',
  'Time sheet', 'Coffee machine', 'Phone', 'Backup', 'Shared folder', 'Password manager', 'Door at the loading dock', 'Projector',
  'Customer list', 'Keyboard', 'Docking station', 'Parking permit',
] as const; // prettier-ignore
const troubles = [
  'does not start', 'is slow since Monday', 'asks for a log-in every time', 'shows another person’s data', 'is missing', 'has to be renewed',
  'stopped after the update', 'is needed for a new colleague', 'makes a strange noise', 'cannot be reached from home', 'is full',
] as const; // prettier-ignore
const elsewhere = [
  'プリンターが動きません', '打印机无法启动', 'Принтер не печатает', 'الطابعة لا تعمل', 'מדפסת תקולה', 'Εκτυπωτής εκτός λειτουργίας', '프린터 고장',
  '🖨️ is on 🔥', '☕ machine 😭', 'Größenänderung überprüfen', 'Não consigo imprimir', 'เครื่องพิมพ์เสีย', 'प्रिंटर काम नहीं कर रहा', 'Žluťoučký kůň',
  '🔑 lost', '👩‍💻 needs a 🖥️', 'Zażółć gęślą jaźń', 'ქსელი არ მუშაობს', 'Máy in hỏng', '📅 shows yesterday',
] as const; // prettier-ignore
const markup = [
  '<b>urgent</b> please', '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '&lt;already escaped&gt;', '</title><h1>Hello</h1>',
] as const; // prettier-ignore
const blank = ['  ', '   '] as const;

const longestBytes = 90_000;

/** The odd ones first; the caller mixes them. */
export function inventTitles(invention: Invention, count: number): string[] {
  const odd = [...elsewhere, ...markup, ...blank];
  const ordinary = Array.from({ length: count - odd.length }, () => `${invention.pick(things)} ${invention.pick(troubles)}`);
  return [...odd, ...ordinary];
}

export function inventDescription(invention: Invention): string {
  const sentences = [
    'I have tried turning it off and on again.',
    'It worked last week.',
    'Nobody else seems to have this.',
    'There is a message, but it goes away before I can read it.',
    'This blocks me completely.',
    'Not urgent, whenever somebody has the time.',
  ] as const;
  return Array.from({ length: invention.between(1, 4) }, () => invention.pick(sentences)).join(' ');
}

/** 90 KB, a log that somebody pasted. */
export function longDescription(): string {
  const line = 'ERROR 0x80070057 while reading block, trying again\n';
  return line.repeat(Math.ceil(longestBytes / line.length)).slice(0, longestBytes);
}

export function inventComment(invention: Invention): string {
  const remarks = [
    'I am looking at it.',
    'Could you send me a screenshot?',
    'The same here.',
    'Fixed, please try again.',
    'Still broken.',
    'Thank you!',
    'Ordered a new one, it comes on Thursday.',
    'This is what everybody on the second floor says.',
  ] as const;
  return invention.pick(remarks);
}
