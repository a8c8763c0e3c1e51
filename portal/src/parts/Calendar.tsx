import type { KeyboardEvent, ReactElement } from 'react'
import i18next from 'i18next'

export interface Mark {
  /** What is told of the day, a line each. */
  lines: string[]
  kind: 'kept' | 'run' | 'both'
}

/** The local day, as it is told to people: 2026-11-21. */
export function dayKey(at: string | Date): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
}

/** Months as tables, with what happens on their days. A chosen day is a button's business: without `onChoose` nothing can be pressed. */
export function Calendar({ from, months, marks, today, chosen, onChoose }: {
  from: Date; months: number; marks: ReadonlyMap<string, Mark>; today: Date; chosen?: string; onChoose?: (day: string) => void
}): ReactElement {
  const firsts = Array.from({ length: months }, (_, i) => new Date(from.getFullYear(), from.getMonth() + i, 1))
  const end = dayKey(new Date(from.getFullYear(), from.getMonth() + months, 1))
  const inSight = [...marks.keys()].filter(day => day >= dayKey(from) && day < end).sort()
  // One stop for Tab, the chosen day or else the newest; the arrows go on from there.
  const stop = chosen && inSight.includes(chosen) ? chosen : inSight.at(-1)
  return (
    // The arrows belong to the buttons inside; the box itself takes no focus.
    <div className="months" onKeyDown={onChoose ? move : undefined}>
      {firsts.map(first => <Month key={dayKey(first)} first={first} marks={marks} today={dayKey(today)} chosen={chosen} stop={stop} onChoose={onChoose} />)}
    </div>
  )
}

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

function move(event: KeyboardEvent<HTMLElement>): void {
  const days = [...event.currentTarget.querySelectorAll('button')]
  const here = days.indexOf(document.activeElement as HTMLButtonElement)
  const step = steps[event.key]
  if (here < 0 || step === undefined) return
  event.preventDefault()
  days[Math.min(days.length - 1, Math.max(0, here + step))]?.focus()
}

function Month({ first, marks, today, chosen, stop, onChoose }: {
  first: Date; marks: ReadonlyMap<string, Mark>; today: string; chosen: string | undefined; stop: string | undefined; onChoose: ((day: string) => void) | undefined
}): ReactElement {
  const begins = firstDayOfWeek()
  const lead = (first.getDay() - begins + 7) % 7
  const days = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate()
  const cells = Array.from({ length: Math.ceil((lead + days) / 7) * 7 }, (_, i) => i - lead + 1)
  const weeks = Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7))
  const names = Array.from({ length: 7 }, (_, i) => new Date(2023, 0, 1 + begins + i))
  const language = i18next.language
  const title = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long' }).format(first)
  return (
    <table className="month">
      <caption>{title}</caption>
      <thead>
        <tr>
          {names.map(d => (
            <th key={d.getDay()} scope="col" abbr={new Intl.DateTimeFormat(language, { weekday: 'long' }).format(d)}>{new Intl.DateTimeFormat(language, { weekday: 'narrow' }).format(d)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map(week => (
          <tr key={week[0]}>
            {week.map(n => {
              if (n < 1 || n > days) return <td key={n} />
              const key = dayKey(new Date(first.getFullYear(), first.getMonth(), n))
              return <Day key={n} day={key} number={n} mark={marks.get(key)} today={key === today} chosen={key === chosen} stop={key === stop} onChoose={onChoose} />
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Day({ day, number, mark, today, chosen, stop, onChoose }: {
  day: string; number: number; mark: Mark | undefined; today: boolean; chosen: boolean; stop: boolean; onChoose: ((day: string) => void) | undefined
}): ReactElement {
  const told = mark?.lines.join('\n')
  return (
    <td className={mark ? `marked ${mark.kind}` : undefined} aria-current={today ? 'date' : undefined} title={told}>
      {mark && onChoose
        ? <button type="button" tabIndex={stop ? 0 : -1} aria-pressed={chosen} aria-label={`${day}: ${mark.lines.join(', ')}`} onClick={() => onChoose(day)}>{number}</button>
        : <>{number}{told ? <span className="unseen">{told}</span> : null}</>}
    </td>
  )
}

/** 0 is Sunday. As the language has it; Monday where the browser does not say. */
function firstDayOfWeek(): number {
  const locale = new Intl.Locale(i18next.language) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } }
  return (locale.getWeekInfo?.().firstDay ?? 1) % 7
}
