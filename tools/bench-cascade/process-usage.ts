import { readFileSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;

/** What a process has used since its start. Source: proc(5), Linux alone. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

/** Usage of one process, without its children. */
export function usageOf(pid: number): Usage {
  const fields = statOf(pid);
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND, peakMegabytes: Number(peak ?? 0) / 1024 };
}

/** Usage of a process and of its children: those that run, and the CPU of those that ended. */
export function usageWithChildren(pid: number): Usage {
  const fields = statOf(pid);
  const ended = (Number(fields[13]) + Number(fields[14])) / CLOCK_TICKS_PER_SECOND;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const usages = [usageOf(pid), ...children.map((child) => usageWithChildren(Number(child)))];
  return {
    cpuSeconds: usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, ended),
    peakMegabytes: usages.reduce((sum, { peakMegabytes }) => sum + peakMegabytes, 0),
  };
}

/** Fields of /proc/PID/stat from the third, the state, on. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
