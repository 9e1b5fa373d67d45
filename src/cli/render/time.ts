/**
 * A moment as people read it: `2025-11-05 12:00:00`, in UTC.
 * @param iso in ISO 8601, UTC
 */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}
