/** The routes of accounts. */
import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import { ChangePasswordDto, ForgotPasswordDto, LoginDto, ResetPasswordDto, SignupDto } from './auth.dto.ts';
import { AuthService, type Message } from './auth.service.ts';
import { SignedIn } from './current-user.ts';
import { TokenGuard } from './guards.ts';

@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('signup')
  signUp(@Body() body: SignupDto) {
    return this.auth.signUp(body);
  }

  @Post('login')
  logIn(@Body() body: LoginDto) {
    return this.auth.logIn(body);
  }

  @Post('forgot-password')
  forgotPassword(@Body() body: ForgotPasswordDto): Promise<Message> {
    return this.auth.forgotPassword(body);
  }

  @Post('reset-password')
  resetPassword(@Body() body: ResetPasswordDto): Promise<Message> {
    return this.auth.resetPassword(body);
  }

  @Post('change-password')
  @UseGuards(TokenGuard)
  changePassword(@SignedIn('userId') userId: string, @Body() body: ChangePasswordDto): Promise<Message> {
    return this.auth.changePassword(userId, body);
  }
}
