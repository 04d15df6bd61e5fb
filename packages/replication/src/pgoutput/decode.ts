// Turns the bytes of one pgoutput message into an object. Source of the format: PostgreSQL 18, "Logical Replication Message Formats".
import { ReplicationError } from '../errors.ts';
import type { PgoutputMessage, RelationColumn, Tuple } from './messages.ts';

/** A position in one message; numbers are big-endian, strings end with a zero byte. */
class Cursor {
  readonly bytes: Buffer;
  offset: number;

  constructor(bytes: Buffer, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
  }

  int8(): number {
    return this.bytes[this.offset++] ?? 0;
  }

  int16(): number {
    this.offset += 2;
    return this.bytes.readUInt16BE(this.offset - 2);
  }

  int32(): number {
    this.offset += 4;
    return this.bytes.readUInt32BE(this.offset - 4);
  }

  int64(): bigint {
    this.offset += 8;
    return this.bytes.readBigUInt64BE(this.offset - 8);
  }

  text(): string {
    const end = this.bytes.indexOf(0, this.offset);
    const value = this.bytes.toString('utf8', this.offset, end);
    this.offset = end + 1;
    return value;
  }

  sized(length: number): string {
    this.offset += length;
    return this.bytes.toString('utf8', this.offset - length, this.offset);
  }
}

/** Decodes the message that begins at `offset`. Copies what it keeps: the buffer may be reused afterwards. */
export function decodeMessage(bytes: Buffer, offset = 0): PgoutputMessage {
  const cursor = new Cursor(bytes, offset);
  const type = String.fromCharCode(cursor.int8());
  switch (type) {
    case 'I':
      return readInsert(cursor);
    case 'U':
      return readUpdate(cursor);
    case 'D':
      return readDelete(cursor);
    case 'B':
      return { kind: 'begin', commitLsn: cursor.int64(), commitTime: cursor.int64(), xid: cursor.int32() };
    case 'C':
      cursor.int8(); // flags, unused
      return { kind: 'commit', commitLsn: cursor.int64(), endLsn: cursor.int64(), commitTime: cursor.int64() };
    case 'O':
      cursor.int64(); // commit position on the origin
      return { kind: 'origin', name: cursor.text() };
    case 'R':
      return readRelation(cursor);
    case 'Y':
      return { kind: 'type' };
    case 'T':
      return readTruncate(cursor);
    case 'M':
      return readLogicalMessage(cursor);
    default:
      throw new ReplicationError('REPLICATION_PROTOCOL', `The server sent an unknown pgoutput message "${type}".`);
  }
}

function readInsert(cursor: Cursor): PgoutputMessage {
  const relationId = cursor.int32();
  cursor.int8(); // 'N'
  return { kind: 'insert', relationId, row: readTuple(cursor) };
}

function readUpdate(cursor: Cursor): PgoutputMessage {
  const relationId = cursor.int32();
  const marker = String.fromCharCode(cursor.int8());
  if (marker === 'N') return { kind: 'update', relationId, old: undefined, row: readTuple(cursor) };
  const old = readTuple(cursor);
  cursor.int8(); // 'N'
  return { kind: 'update', relationId, old, row: readTuple(cursor) };
}

function readDelete(cursor: Cursor): PgoutputMessage {
  const relationId = cursor.int32();
  cursor.int8(); // 'K' or 'O'
  return { kind: 'delete', relationId, old: readTuple(cursor) };
}

function readTuple(cursor: Cursor): Tuple {
  const count = cursor.int16();
  const values: (string | null | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    const kind = cursor.int8();
    if (kind === 0x74) values.push(cursor.sized(cursor.int32()));
    else if (kind === 0x6e) values.push(null);
    else if (kind === 0x75) values.push(undefined);
    else throw new ReplicationError('REPLICATION_PROTOCOL', `The server sent an unknown column kind ${kind}.`);
  }
  return values;
}

function readRelation(cursor: Cursor): PgoutputMessage {
  const id = cursor.int32();
  const schema = cursor.text();
  const table = cursor.text();
  cursor.int8(); // replica identity
  const count = cursor.int16();
  const columns: RelationColumn[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = (cursor.int8() & 1) === 1;
    const name = cursor.text();
    const typeId = cursor.int32();
    cursor.int32(); // type modifier
    columns.push({ name, key, typeId });
  }
  return { kind: 'relation', relation: { id, name: `${schema === '' ? 'pg_catalog' : schema}.${table}`, columns } };
}

function readTruncate(cursor: Cursor): PgoutputMessage {
  const count = cursor.int32();
  cursor.int8(); // CASCADE and RESTART IDENTITY: the tables are listed, sequences are carried at cutover
  return { kind: 'truncate', relationIds: Array.from({ length: count }, () => cursor.int32()) };
}

function readLogicalMessage(cursor: Cursor): PgoutputMessage {
  const transactional = (cursor.int8() & 1) === 1;
  const lsn = cursor.int64();
  const prefix = cursor.text();
  const length = cursor.int32();
  return { kind: 'message', transactional, lsn, prefix, content: cursor.sized(length) };
}
