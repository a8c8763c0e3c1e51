using Stillpoint.Hypervisor.Agent;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Interop;

public sealed class LibvirtFailuresTests
{
    private const string Connected = "<domain><devices><channel><target name='org.qemu.guest_agent.0' state='connected'/></channel></devices></domain>";
    private const string Disconnected = "<domain><devices><channel><target name='org.qemu.guest_agent.0' state='disconnected'/></channel></devices></domain>";

    [Theory]
    [InlineData(38, 7, 2, FailureCode.HostUnreachable)]
    [InlineData(38, 7, 111, FailureCode.HostUnreachable)]
    [InlineData(38, 7, 13, FailureCode.HostPermissionDenied)]
    [InlineData(38, 7, 1, FailureCode.HostPermissionDenied)]
    [InlineData(38, 7, 32, FailureCode.HostConnectionLost)]
    [InlineData(38, 10, 2, FailureCode.HostRefused)]
    [InlineData(1, 7, 0, FailureCode.HostConnectionLost)]
    [InlineData(1, 10, 0, FailureCode.HostRefused)]
    [InlineData(5, 0, 0, FailureCode.HostUnreachable)]
    [InlineData(29, 0, 0, FailureCode.HostPermissionDenied)]
    [InlineData(45, 7, 0, FailureCode.HostPermissionDenied)]
    [InlineData(88, 55, 0, FailureCode.HostPermissionDenied)]
    [InlineData(1, 60, 0, FailureCode.HostPermissionDenied)]
    [InlineData(42, 10, 0, FailureCode.VmNotFound)]
    [InlineData(49, 18, 0, FailureCode.PoolNotFound)]
    [InlineData(68, 0, 0, FailureCode.VmBusyWithOtherJob)]
    [InlineData(103, 10, 0, FailureCode.CheckpointInconsistent)]
    [InlineData(109, 10, 0, FailureCode.CheckpointInconsistent)]
    [InlineData(55, 10, 0, FailureCode.HostRefused)]
    [InlineData(67, 10, 0, FailureCode.HostRefused)]
    [InlineData(92, 5, 0, FailureCode.HostRefused)]
    public void From_CodeAndDomain_DecideWhateverTheWords(int code, int domain, int errno, FailureCode expected)
    {
        var failure = LibvirtFailures.From("virX", new(code, domain, "irgendein Text", errno), Stage.Begin, "qemu:///system");

        Assert.Equal((expected, Stage.Begin), (failure.Code, failure.Stage));
        Assert.Contains("irgendein Text", Assert.Single(failure.Evidence).Text);
    }

    [Theory]
    [InlineData(74, "QEMU guest agent is not configured", Connected, FailureCode.AgentNotConfigured)]
    [InlineData(86, "QEMU guest agent is not connected", Disconnected, FailureCode.AgentNotConnected)]
    [InlineData(86, "Guest agent not available for now", Connected, FailureCode.AgentNotResponding)]
    [InlineData(86, "QEMU guest agent is not available due to an error", Connected, FailureCode.AgentNotResponding)]
    [InlineData(86, "Guest agent disappeared while executing command", Disconnected, FailureCode.AgentNotConnected)]
    [InlineData(86, "Guest agent not available for now", null, FailureCode.AgentNotResponding)]
    [InlineData(68, "cannot acquire state change lock (held by agent=remoteDispatchDomainFSFreeze)", Connected, FailureCode.AgentNotResponding)]
    [InlineData(55, "domain is not running", null, FailureCode.VmNotRunning)]
    [InlineData(55, "domain is not running", "<domain type='kvm'/>", FailureCode.VmNotRunning)]
    [InlineData(55, "domain is not running", "<domain type='kvm' id='3'/>", FailureCode.AgentNotResponding)] // paused
    [InlineData(1, "unable to execute QEMU agent command 'guest-exec': Command guest-exec has been disabled", Connected, FailureCode.AgentCommandBlocked)]
    [InlineData(1, "unable to execute QEMU agent command 'x': The command x has not been found", Connected, FailureCode.AgentCommandBlocked)]
    [InlineData(1, "Guest agent command failed, error was 'Failed to execute child process'", Connected, null)]
    [InlineData(39, "Unable to encode message payload", Connected, null)]
    public void AgentFrom_ErrorsOfAnAgentCommand_AreTold(int code, string message, string? xml, FailureCode? expected) =>
        Assert.Equal(expected, AgentFailures.From(new(code, 10, message), "guest-exec", "vm", () => xml)?.Code);
}
