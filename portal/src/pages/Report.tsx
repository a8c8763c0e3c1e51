import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { Problem } from '../api/problem'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import type { CopyReportView, GcReportView, JobReportView, RestoredView, VerifyReportView } from '../generated/api'
import { FailureText } from '../parts/Failure'
import { number, size } from '../parts/format'
import { Answer, Section } from '../parts/States'
import { Table } from '../parts/Table'

/** What a job has done, in full. The service knows it of its last jobs, and only since it was started. */
export function Report({ job }: { job: string }): ReactElement | null {
  const { t } = useTranslation()
  const asked = useAsk(`report ${job}`, async signal => {
    try {
      return await ask('showJobReport', { job }, undefined, { signal }) ?? null
    } catch (e) {
      // It is gone, or there never was one: the rest of the page says how the job ended.
      if (e instanceof Problem && (e.code === 'job-report-gone' || e.status === 404)) return null
      throw e
    }
  })
  if (asked.data === null || (asked.data && nothing(asked.data))) return null
  return (
    <Section title={t('report.title')}>
      <Answer asked={asked}>
        {r => (r ? (
          <>
            {r.restored ? <Restored restored={r.restored} /> : null}
            {r.gc ? <Collected gc={r.gc} /> : null}
            {r.verify ? <Verified verify={r.verify} /> : null}
            {r.copy ? <Copied copy={r.copy} /> : null}
          </>
        ) : null)}
      </Answer>
    </Section>
  )
}

const nothing = (r: JobReportView) => !r.restored && !r.gc && !r.verify && !r.copy

function Restored({ restored }: { restored: RestoredView }): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      {restored.vm ? <p>{t('report.restored-vm')} {restored.vmId ? <PageLink href={`/vms/${restored.vmId}`}>{restored.vm}</PageLink> : restored.vm}</p> : null}
      <Table
        label={t('vm.disks')} rows={restored.disks} id={d => d.name}
        columns={[
          { key: 'name', title: t('disk.disk'), cell: d => <code>{d.name}</code> },
          { key: 'target', title: t('disk.source'), cell: d => <code>{d.target}</code> },
          { key: 'size', title: t('disk.size'), number: true, cell: d => size(d.sizeBytes) },
        ]}
      />
    </>
  )
}

function Collected({ gc }: { gc: GcReportView }): ReactElement {
  const { t } = useTranslation()
  return (
    <dl>
      <dt>{gc.dryRun ? t('report.would-free') : t('report.freed')}</dt><dd>{size(gc.bytesFreed)}</dd>
      <dt>{t('report.packs-deleted')}</dt><dd>{number(gc.packsDeleted)}</dd>
      <dt>{t('report.stored-anew')}</dt><dd>{size(gc.bytesRepacked)}</dd>
      <dt>{t('report.points-taken')}</dt><dd>{number(gc.pointsTaken.length)}</dd>
      <dt>{t('report.points-left')}</dt><dd>{number(gc.pointsInUse.length + gc.pointsHeld.length)}</dd>
      {gc.unfinished ? <><dt>{t('job.state')}</dt><dd>{t('report.unfinished')}</dd></> : null}
    </dl>
  )
}

function Verified({ verify: v }: { verify: VerifyReportView }): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      <dl>
        <dt>{t('report.looked-at')}</dt><dd>{t('report.objects', { n: number(v.objects), size: size(v.bytes) })}</dd>
        <dt>{t('report.not-looked-at')}</dt><dd>{t('report.left', { packs: number(v.packsLeft), points: number(v.pointsLeft) })}</dd>
        <dt>{t('report.damage')}</dt><dd>{v.damage.length + v.points.length === 0 ? t('report.no-damage') : number(v.damage.length)}</dd>
      </dl>
      {v.damage.map((d, i) => <FailureText key={i} failure={d} />)}
      {v.points.length > 0 ? (
        <Table
          label={t('report.damaged-points')} rows={v.points.map((p, i) => ({ ...p, key: String(i) }))} id={p => p.key}
          columns={[
            { key: 'vm', title: t('vm.vm'), name: true, cell: p => p.vm },
            { key: 'disk', title: t('disk.disk'), cell: p => <code>{p.disk}</code> },
            { key: 'blocks', title: t('report.damaged-blocks'), number: true, cell: p => (p.blocks === null ? t('report.whole-point') : number(p.blocks)) },
            { key: 'point', title: t('points.point'), wide: true, cell: p => <code>{p.point}</code> },
          ]}
        />
      ) : null}
    </>
  )
}

function Copied({ copy }: { copy: CopyReportView }): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      <dl>
        <dt>{t('page.vault')}</dt><dd><code>{copy.vault}</code></dd>
        <dt>{t('report.copied')}</dt><dd>{t('report.copied-of', { n: number(copy.points.length), there: number(copy.pointsThere), size: size(copy.bytes) })}</dd>
      </dl>
      {copy.damage.map((d, i) => <FailureText key={i} failure={d} />)}
    </>
  )
}
