import { isMoment } from "../../model/moment.ts";

/** A moment as people read it: `2025-11-05 12:00:00`, in UTC. */
export function formatTime(iso: string): string {
  if (isMoment(iso)) return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return moment.toISOString().slice(0, 19).replace("T", " ");
}

/** The units of age, in seconds; each is used from twice its length on, or from once where one says enough. */
const units = [
  { name: "year", seconds: 365.25 * 86_400, from: 2 },
  { name: "month", seconds: 30.44 * 86_400, from: 2 },
  { name: "week", seconds: 7 * 86_400, from: 2 },
  { name: "day", seconds: 86_400, from: 2 },
  { name: "hour", seconds: 3_600, from: 1 },
  { name: "minute", seconds: 60, from: 1 },
] as const;

/**
 * How long ago a moment was, as people say it: `2 hours ago`. Empty for one that is unreadable or yet to come, as a
 * wrong clock leaves it.
 * @param now in milliseconds since the epoch
 */
export function ago(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds) || seconds < 0) return "";
  const unit = units.find((candidate) => seconds >= candidate.seconds * candidate.from);
  if (unit === undefined) return "just now";
  const count = Math.floor(seconds / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? "" : "s"} ago`;
}
