/** 1234567 -> `1,234,567`. */
export const showCount = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');

/** `12 lines`, `1 line`. */
export const showNumberOf = (n: number, thing: string): string => `${showCount(n)} ${thing}${n === 1 ? '' : 's'}`;

/** A length of time as a person says it: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export const showLength = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
};

/** A length of time as a clock shows it: `0:07`, `12:34`, `1:02:03`. */
export const showClock = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** `512 B`, `14.2 KiB`, `3.0 GiB`. */
export const showSize = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${Math.round(bytes)} B` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
};

/** `163/s`, `4.2/s`, `0.25/s`. */
export const showRate = (perSecond: number): string => {
  if (perSecond >= 10) return `${showCount(perSecond)}/s`;
  return `${perSecond >= 1 ? perSecond.toFixed(1) : perSecond.toFixed(2)}/s`;
};

/** A share as percents: 100 and 0 only where they are true. */
export const showShare = (part: number, whole: number): string => {
  if (whole === 0 || part === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '< 0.1 %';
  return percent > 99.9 ? '> 99.9 %' : `${percent.toFixed(1)} %`;
};

function two(n: number): string {
  return String(n).padStart(2, '0');
}
