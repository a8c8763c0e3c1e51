using Stillpoint.Doctor.Explaining;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Doctor.Tests.Explaining;

public sealed class ExplainerTests
{
    /// <summary>As portals showed it over the years, in the five languages.</summary>
    [Theory]
    [InlineData("Could not communicate with the VM agent for snapshot status - Snapshot VM sub task timed out.")]
    [InlineData("Could not communicate with the VM agent for snapshot status")]
    [InlineData("Snapshot VM sub task timed out")]
    [InlineData("ERROR: \"could not communicate with  the VM agent for snapshot status\"")]
    [InlineData("Kan niet communiceren met de VM-agent voor de status van de snapshot - momentopname VM subtaak time-out.")]
    [InlineData("Kan niet communiceren met de VM-agent voor de status van de momentopname.")]
    [InlineData("无法与 VM 代理通信以获取快照状态 - 快照 VM 子任务超时。")]
    [InlineData("快照 VM 子任务超时")]
    [InlineData("Não pôde se comunicar com o agente de máquina virtual para status instantâneo - subtarefa de máquina virtual instantâneo expirou.")]
    [InlineData("Não foi possível comunicar com o agente da VM para obter o status do instantâneo")]
    [InlineData("Impossible de communiquer avec l’agent de machine virtuelle pour obtenir l’état de l’instantané ; la sous-tâche de capture instantanée de la machine virtuelle a expiré.")]
    [InlineData("La sous-tâche de capture instantanée de machine virtuelle a expiré")]
    public void Explain_TheUmbrellaMessage_IsKnownInEveryLanguage(string message)
    {
        var explained = Explainer.Explain(message);
        Assert.Equal((ExplanationKind.Message, "GuestAgentSnapshotTaskStatusError"), (explained.Kind, explained.Code));
        Assert.Contains("net-no-outbound", explained.Causes);
        Assert.Contains("agent-not-running", explained.Causes);
    }

    [Theory]
    [InlineData("UserErrorFsFreezeFailed", "UserErrorFsFreezeFailed", "fs-freeze-lock-held")]
    [InlineData("Error code: ExtensionSnapshotFailedNoNetwork. Message: ...", "ExtensionSnapshotFailedNoNetwork", "net-no-outbound")]
    [InlineData("usererrorguestagentstatusunavailable", "UserErrorGuestAgentStatusUnavailable", "agent-not-running")]
    [InlineData("2026/11/20 02:01:13 [Info] StatusCode.FailedRetryableFsFreezeFailed, x", "FailedRetryableFsFreezeFailed", "fs-freeze-lock-held")]
    [InlineData("76", "FailedRetryableSnapshotFailedNoNetwork", "net-no-outbound")]
    [InlineData("foutcode 76", "FailedRetryableSnapshotFailedNoNetwork", "net-no-outbound")]
    [InlineData("错误码：121", "FailedRetryableFsFreezeFailed", "fs-freeze-lock-held")]
    [InlineData("código 121", "FailedRetryableFsFreezeFailed", "fs-freeze-lock-held")]
    [InlineData("code d'erreur : 121", "FailedRetryableFsFreezeFailed", "fs-freeze-lock-held")]
    public void Explain_ACode_IsTheCodeAndItsCauses(string text, string code, string cause)
    {
        var explained = Explainer.Explain(text);
        Assert.Equal((ExplanationKind.Code, code), (explained.Kind, explained.Code));
        Assert.Contains(cause, explained.Causes);
    }

    [Fact]
    public void Explain_ACauseOrOurOwnCode_IsThat()
    {
        Assert.Equal(ExplanationKind.Cause, Explainer.Explain(" Net-No-Outbound ").Kind);
        var own = Explainer.Explain("{\"error\": {\"code\": \"fs-freeze-lock-held\"}}");
        Assert.Contains("fs-freeze-lock-held", own.Causes);
        Assert.Equal("agent-not-connected", Explainer.Explain("job failed: agent-not-connected").Code);
    }

    [Fact]
    public void Explain_ALogLine_NamesTheCauseWhoseRuleKnowsIt()
    {
        var explained = Explainer.Explain("2026/11/20 02:00:11.220391 [Info] Mount Points already freezed by some other processor");
        Assert.Equal(ExplanationKind.LogLine, explained.Kind);
        Assert.Equal("fs-freeze-lock-held", explained.Causes[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("The weather is fine and 76 people came")]
    [InlineData("success")]
    public void Explain_WhatIsNotAnError_IsUnknown(string text) => Assert.Equal(ExplanationKind.Unknown, Explainer.Explain(text).Kind);

    [Fact]
    public void Explain_TextWithoutEnd_StaysBounded() => Assert.Equal(ExplanationKind.Unknown, Explainer.Explain(new string('a', 5_000_000)).Kind);

    [Fact]
    public void OwnFailures_OfEveryCode_NameEachCauseOnce() => Assert.All(Enum.GetValues<FailureCode>(), code =>
        Assert.Equal(OwnFailures.CausesOf(code).Count, OwnFailures.CausesOf(code).Distinct().Count()));
}
