import { isMoment } from "../../model/moment.ts";

/** A moment as people read it: `2025-11-05 12:00:00`, in UTC. */
export function formatTime(iso: string): string {
  if (isMoment(iso)) return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return moment.toISOString().slice(0, 19).replace("T", " ");
}
