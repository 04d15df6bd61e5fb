/** The one database. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { readPostgresAddress } from '../environment.ts';
import { databaseOptions } from './database-options.ts';

@Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: () => databaseOptions(readPostgresAddress()) })] })
export class DatabaseModule {}
