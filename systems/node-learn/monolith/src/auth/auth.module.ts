/** Signing in, and the tokens it hands out. */
import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.ts';
import { AuthController } from './auth.controller.ts';
import { GoogleClient } from './google.client.ts';
import { TokenService } from './token.service.ts';

@Module({
  imports: [UsersModule],
  controllers: [AuthController],
  providers: [GoogleClient, TokenService],
  exports: [TokenService],
})
export class AuthModule {}
