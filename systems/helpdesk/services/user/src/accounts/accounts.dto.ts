/** The bodies that the routes of accounts take; each line of checks is asked from right to left. */
import { IsEmail, IsNotEmpty, IsOptional, IsString, MinLength } from 'class-validator';

const shortestPassword = 6;

export class SignUpBody {
  @IsEmail()
  @IsNotEmpty()
  email: string;

  @IsString()
  @MinLength(shortestPassword)
  @IsNotEmpty()
  password: string;

  @IsString()
  @IsOptional()
  firstName?: string | null;

  @IsString()
  @IsOptional()
  lastName?: string | null;
}

export class LogInBody {
  @IsEmail()
  email: string;

  @IsString()
  @IsNotEmpty()
  password: string;
}

export class ForgotPasswordBody {
  @IsEmail()
  email: string;
}

export class ResetPasswordBody {
  @IsString()
  @IsNotEmpty()
  token: string;

  @IsString()
  @MinLength(shortestPassword)
  newPassword: string;
}

export class ChangePasswordBody {
  @IsString()
  @IsNotEmpty()
  oldPassword: string;

  @IsString()
  @MinLength(shortestPassword)
  newPassword: string;
}
