import { Button } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, askWithTag, may } from '../api/client'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import type { PolicyView } from '../generated/api'
import { Confirm } from '../parts/Confirm'
import { time } from '../parts/format'
import { Answer, Empty, Page, Section } from '../parts/States'
import { word } from '../texts'
import { newPolicy } from './Policies'
import { PolicyForm } from './policies/PolicyForm'
import { Preview } from './policies/Preview'
import { keepsText, spanText } from './policies/words'

/** One policy: what it promises, what that comes to, and its change. The version that was read goes along with a change. */
export default function Policy({ name }: { name: string }): ReactElement {
  const { t } = useTranslation()
  if (name === newPolicy) return <Page title={t('policies.new')}><PolicyForm /></Page>
  return <Known name={name} />
}

function Known({ name }: { name: string }): ReactElement {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(false)
  const [removing, setRemoving] = useState(false)
  // Told here rather than by another page: a dialog that is taken away with its page leaves the rest hidden from screen readers.
  const [removed, setRemoved] = useState(false)
  const asked = useAsk(`policy ${name}`, () => askWithTag('showPolicy', { policy: name }))
  const admin = may('admin', true)
  return (
    <Page
      title={name}
      actions={admin && asked.data && !editing && !removed ? (
        <>
          <Button appearance="primary" onClick={() => setEditing(true)}>{t('settings.change')}</Button>
          <Button onClick={() => setRemoving(true)}>{t('settings.remove')}</Button>
        </>
      ) : null}
    >
      <p><PageLink href="/policies">{t('policies.all')}</PageLink></p>
      {removed ? <p role="status">{t('policies.removed')}</p> : <Answer asked={asked}>
        {([policy, tag]) => (editing
          ? <PolicyForm key={tag} stored={policy} tag={tag} onRead={asked.reload} onDone={() => { setEditing(false); asked.reload() }} onCancel={() => setEditing(false)} />
          : <Shown policy={policy} />)}
      </Answer>}
      <Confirm
        title={t('policies.remove-title', { name })} action={t('settings.remove')} word={name} open={removing} onClose={() => setRemoving(false)}
        onConfirm={async () => {
          await ask('removePolicy', { policy: name, confirm: name })
          setRemoved(true)
        }}
      >
        <p>{t('policies.remove-about')}</p>
      </Confirm>
    </Page>
  )
}

function Shown({ policy: view }: { policy: PolicyView }): ReactElement {
  const { t } = useTranslation()
  const { policy } = view
  const preview = useAsk(`preview ${view.name} ${view.version}`, signal => ask('previewPolicy', { policy: view.name, runs: 60 }, undefined, { signal }))
  const lines = (values: string[] | null | undefined, none: string) => (values?.length ? values.map(v => <div key={v}><code>{v}</code></div>) : none)
  return (
    <>
      <div className="two">
        <Section title={t('policies.promise')}>
          <dl>
            <dt>{t('policies.schedules')}</dt><dd>{lines(policy.schedules, t('policies.on-demand'))}</dd>
            <dt>{t('policies.keeps')}</dt><dd>{keepsText(t, policy.retention)}</dd>
            <dt>{t('points.consistency')}</dt>
            <dd>{word('consistency', policy.capture?.wanted ?? 'file-system')}, {policy.capture?.stepDown === false ? t('policies.strict') : t('policies.steps-down')}</dd>
            <dt>{t('policies.objective')}</dt><dd>{policy.objective ? spanText(policy.objective) : t('policies.no-objective')}</dd>
            <dt>{t('policies.retries')}</dt><dd>{t('policies.retries-of', { n: String(policy.retries ?? 2), after: spanText(policy.retryAfter ?? '00:15:00') })}</dd>
            <dt>{t('policies.bandwidth')}</dt><dd>{lines(policy.bandwidth, t('policies.no-limit'))}</dd>
            <dt>{t('policies.changed')}</dt><dd>{t('policies.version', { time: time(view.changed), version: String(view.version) })}</dd>
          </dl>
        </Section>
        <Section title={t('policies.vms')}>
          {view.vms.length === 0 ? <Empty>{t('policies.no-vms')}</Empty> : (
            <div className="scrolls names" tabIndex={0} role="region" aria-label={t('policies.vms')}>
              {view.vms.map(vm => <PageLink key={vm} href={`/vms/${encodeURIComponent(vm)}`}>{vm}</PageLink>)}
            </div>
          )}
        </Section>
      </div>
      <Section title={t('policies.preview')}><Answer asked={preview}>{found => <Preview preview={found} real={false} />}</Answer></Section>
    </>
  )
}
