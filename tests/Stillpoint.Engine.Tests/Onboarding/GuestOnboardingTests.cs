using System.Security.Cryptography;
using System.Text;
using Stillpoint.Engine.Onboarding;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Onboarding;

/// <summary>The files of a guest, by the guest's own script in a folder of the test; its agent is cut off wherever a case says.</summary>
public sealed class GuestOnboardingTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeHost _host = new();
    private readonly List<string> _answers = [];
    private int _calls, _dieBefore = int.MaxValue, _dieAfter = int.MaxValue;

    public GuestOnboardingTests()
    {
        Directory.CreateDirectory(_folder["guest", "etc"]);
        File.WriteAllText(Conf, "Provisioning.Agent=auto\n");
        File.SetUnixFileMode(Conf, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _host.Domain.Shell = RunAsync;
    }

    private string Conf => _folder["guest", "etc", "waagent.conf"];

    private string DropIn => _folder["guest", "etc", "x.service.d", "10-stillpoint.conf"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Onboarding_MadeAndUndone_LeavesEveryByteAsItWas()
    {
        var before = Seen();
        await ApplyAsync();
        Assert.Equal(["done", "done"], _answers);
        Assert.Equal("Provisioning.Agent=disabled\n", await File.ReadAllTextAsync(Conf));
        Assert.Equal("[Unit]\n", await File.ReadAllTextAsync(DropIn));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Conf));
        Assert.Empty(await UndoAsync());
        Assert.Equal(before, Seen());
        Assert.False(Directory.Exists(Path.GetDirectoryName(DropIn)));
        Assert.Empty(Directory.GetFiles(_folder["data", "onboarding"], "*.json"));
    }

    /// <summary>Cut off before or after each step in the guest, then gone on with or not, then undone.</summary>
    [Theory]
    [InlineData(1, true, true), InlineData(1, false, true), InlineData(2, true, true), InlineData(2, false, true)]
    [InlineData(1, true, false), InlineData(1, false, false), InlineData(2, true, false), InlineData(2, false, false)]
    public async Task Onboarding_CutOffAnywhere_IsUndoneWhole(int step, bool before, bool goOn)
    {
        var seen = Seen();
        (_dieBefore, _dieAfter) = before ? (step, int.MaxValue) : (int.MaxValue, step);
        await Assert.ThrowsAsync<FailureException>(ApplyAsync);
        (_dieBefore, _dieAfter) = (int.MaxValue, int.MaxValue);
        if (goOn) await ApplyAsync();
        Assert.Empty(await UndoAsync());
        Assert.Equal(seen, Seen());
    }

    [Fact]
    public async Task Undo_CutOff_GoesOnWhereItWas()
    {
        var seen = Seen();
        await ApplyAsync();
        _dieAfter = _calls + 1;
        Assert.Single(await UndoAsync());
        _dieAfter = int.MaxValue;
        Assert.Empty(await UndoAsync());
        Assert.Equal(seen, Seen());
    }

    [Fact]
    public async Task Undo_OfAFileThatSomebodyChanged_LeavesItAndKeepsItInTheRecord()
    {
        await ApplyAsync();
        await File.WriteAllTextAsync(Conf, "Provisioning.Agent=disabled\nmine\n");
        Assert.Equal([FailureCode.OnboardingPlaceChanged], await UndoAsync());
        Assert.Equal("Provisioning.Agent=disabled\nmine\n", await File.ReadAllTextAsync(Conf));
        Assert.False(File.Exists(DropIn));
        await File.WriteAllTextAsync(Conf, "Provisioning.Agent=disabled\n");
        Assert.Empty(await UndoAsync());
        Assert.Equal("Provisioning.Agent=auto\n", await File.ReadAllTextAsync(Conf));
    }

    [Fact]
    public void Onboarding_BesideAnother_IsRefused()
    {
        using var first = Open();
        Assert.Equal(FailureCode.DataFolderUnusable, Assert.Throws<FailureException>(Open).Failure.Code);
    }

    /// <summary>As the planner would find it now.</summary>
    private async Task ApplyAsync()
    {
        using var onboarding = Open();
        foreach (var (path, content) in new[] { (DropIn, "[Unit]\n"), (Conf, "Provisioning.Agent=disabled\n") })
        {
            var there = File.Exists(path) ? await File.ReadAllTextAsync(path) : null;
            if (there == content) continue;
            var change = new OnboardingChange(ChangeKind.GuestFile, path, there is null ? null : Base64(there), Base64(content)) { Mode = there is null ? "644" : "600", Owner = await OwnerAsync() };
            await onboarding.ApplyAsync(new("br0", null, []), new(change, path, []), CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<FailureCode>> UndoAsync()
    {
        using var onboarding = Open();
        var left = new List<FailureCode>();
        foreach (var change in onboarding.Made)
            if ((await onboarding.UndoAsync(change, CancellationToken.None)).Left is { } why) left.Add(why.Code);
        return left;
    }

    private GuestOnboarding Open() => new(_host, _host.Domain, new(_folder["data"], _folder["run"]), TimeProvider.System);

    private async Task<GuestOutput?> RunAsync(string script, IReadOnlyList<string> arguments)
    {
        _calls++;
        if (_calls == _dieBefore) throw new FailureException(FailureCode.AgentNotResponding, Stage.Preflight);
        var result = await Tool.RunAsync("/bin/sh", ["-c", script, "stillpoint", .. arguments]);
        if (_calls == _dieAfter) throw new FailureException(FailureCode.AgentNotResponding, Stage.Preflight);
        _answers.Add(result.Out.Trim());
        return new(result.ExitCode, result.Out);
    }

    private string[] Seen() => [.. Directory.EnumerateFiles(_folder["guest"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(f => $"{f} {File.GetUnixFileMode(f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}")];

    private static async Task<string> OwnerAsync() => (await Tool.RunAsync("/bin/sh", "-c", "echo $(id -u):$(id -g)")).Must().Out.Trim();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
