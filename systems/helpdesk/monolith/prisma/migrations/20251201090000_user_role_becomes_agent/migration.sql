-- Everybody who was a USER is an AGENT from now on.
UPDATE "users" SET "role" = 'AGENT' WHERE "role" = 'USER';

-- AlterEnum
CREATE TYPE "UserRole_new" AS ENUM ('AGENT', 'ADMIN');
ALTER TABLE "users" ALTER COLUMN "role" DROP DEFAULT;
ALTER TABLE "users" ALTER COLUMN "role" TYPE "UserRole_new" USING ("role"::text::"UserRole_new");
ALTER TYPE "UserRole" RENAME TO "UserRole_old";
ALTER TYPE "UserRole_new" RENAME TO "UserRole";
DROP TYPE "UserRole_old";
ALTER TABLE "users" ALTER COLUMN "role" SET DEFAULT 'AGENT';
