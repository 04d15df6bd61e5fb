/** Refuses texts that PostgreSQL does not keep, before a handler has them. */
import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

/** Rejects with 400 for a NUL anywhere in a parameter or a body. */
@Injectable()
export class RefuseNulPipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (JSON.stringify(value ?? null).includes('\\u0000')) throw new BadRequestException('A text has a NUL, which cannot be kept');
    return value;
  }
}
