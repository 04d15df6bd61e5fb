-- DropForeignKey
ALTER TABLE "audit_events" DROP CONSTRAINT "audit_events_ticket_fkey";
