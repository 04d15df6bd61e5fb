/** Finds and keeps the people who sign in. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { User, guestGoogleId } from './user.entity.ts';

export interface GoogleProfile {
  readonly googleId: string;
  readonly email: string;
  readonly name: string;
  readonly picture: string;
}

@Injectable()
export class UsersService {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** Creates the user at the first sign-in; later ones refresh email, name and picture. */
  async signIn(profile: GoogleProfile): Promise<User> {
    const known = await this.users.findOneBy({ googleId: profile.googleId });
    if (known === null) return this.users.save(this.users.create({ ...profile, isAdmin: false }));
    known.email = profile.email;
    known.name = profile.name;
    known.picture = profile.picture;
    return this.users.save(known);
  }

  /** Throws when the seed of the guest is missing. */
  async findGuest(): Promise<User> {
    return this.users.findOneByOrFail({ googleId: guestGoogleId });
  }

  async listNewestFirst(): Promise<User[]> {
    return this.users.find({ order: { createdAt: 'DESC' } });
  }
}
