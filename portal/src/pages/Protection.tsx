import { Button, Select } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { Problem } from '../api/problem'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import { Confirm } from '../parts/Confirm'
import { time } from '../parts/format'
import { Answer, ErrorBar, Section } from '../parts/States'

/** Under which policy a VM is, and since when; and another one, or none. */
export function Protection({ vm, name }: { vm: string; name: string }): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk(`protection ${vm}`, async signal => {
    try {
      return await ask('showProtection', { vm }, undefined, { signal })
    } catch (e) {
      if (e instanceof Problem && e.code === 'vm-not-protected') return null
      throw e
    }
  })
  const [leaving, setLeaving] = useState(false)
  return (
    <Section title={t('protection.title')}>
      <Answer asked={asked}>
        {found => (
          <>
            {found === null ? <p>{t('protection.none')}</p> : (
              <dl>
                <dt>{t('policies.policy')}</dt><dd><PageLink href={`/policies/${encodeURIComponent(found.policy)}`}>{found.policy}</PageLink></dd>
                <dt>{t('protection.by')}</dt><dd>{found.rule ? t('protection.rule', { rule: found.rule }) : t('protection.by-hand')}</dd>
                <dt>{t('protection.since')}</dt><dd>{time(found.since)}</dd>
                {found.gone ? <><dt>{t('protection.gone')}</dt><dd>{time(found.gone)}</dd></> : null}
              </dl>
            )}
            {may('operator') ? (
              <div className="actions">
                <Protect vms={[vm]} onDone={asked.reload} />
                {found ? <Button onClick={() => setLeaving(true)}>{t('protection.leave')}</Button> : null}
              </div>
            ) : null}
          </>
        )}
      </Answer>
      <Confirm
        title={t('protection.leave-title', { vm: name })} action={t('protection.leave')} word={name} open={leaving} onClose={() => setLeaving(false)}
        onConfirm={async () => {
          await ask('unprotectVm', { vm, confirm: name })
          asked.reload()
        }}
      >
        <p>{t('protection.leave-about')}</p>
      </Confirm>
    </Section>
  )
}

/** A policy to choose, and the VMs put under it one after the other; the first refusal ends it and is shown. */
export function Protect({ vms, onDone }: { vms: string[]; onDone: () => void }): ReactElement {
  const { t } = useTranslation()
  const policies = useAsk('policies', signal => ask('listPolicies', {}, undefined, { signal }))
  const [policy, setPolicy] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const run = async () => {
    setBusy(true)
    setError(undefined)
    try {
      for (const vm of vms) await ask('protectVm', { vm }, { policy })
    } catch (e) {
      setError(e as Error)
    }
    onDone()
    setBusy(false)
  }
  return (
    <>
      <Select aria-label={t('protection.choose')} value={policy} onChange={(_, d) => setPolicy(d.value)}>
        <option value="">{t('protection.choose')}</option>
        {(policies.data ?? []).map(p => <option key={p.name} value={p.name}>{p.name}</option>)}
      </Select>
      <Button disabled={busy || !policy || vms.length === 0} onClick={() => void run()}>{t('protection.protect')}</Button>
      {error ? <ErrorBar error={error} /> : null}
    </>
  )
}
