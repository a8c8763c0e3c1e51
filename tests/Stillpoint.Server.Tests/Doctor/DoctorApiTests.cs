using System.Text;
using Stillpoint.Control.Access;
using Stillpoint.Doctor;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Doctor;

public sealed class DoctorApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Causes_OfTheCatalogue_AreAllThere()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client(Role.Reader);
        var causes = await client.Doctor.CausesAsync(None);
        Assert.Equal(Catalogue.All.Select(c => c.Id), causes.Select(c => c.Id));
        Assert.Equal(causes[3], await client.Doctor.CauseAsync(causes[3].Id, None), (a, b) => a.Id == b.Id && a.Title == b.Title && a.Remedies.SequenceEqual(b.Remedies));
        await Answers.FailsAsync("cause-unknown", 404, () => client.Doctor.CauseAsync("nothing", None));
    }

    [Fact]
    public async Task Explain_OfACode_NamesItsCauses()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client(Role.Reader);
        var known = await client.Doctor.ExplainAsync(new("UserErrorGuestAgentStatusUnavailable"), None);
        Assert.Equal((true, "code"), (known.Recognised, known.Kind));
        Assert.NotEmpty(known.Causes);
        Assert.False((await client.Doctor.ExplainAsync(new("nothing of ours"), None)).Recognised);
    }

    [Fact]
    public async Task Bundle_SentHere_IsReadAndLeavesNothing()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client(Role.Reader);
        using var log = new MemoryStream(Encoding.UTF8.GetBytes("2026-11-20T10:00:00Z nothing of interest\n"));
        var diagnosis = await client.Doctor.DiagnoseAsync("waagent.log", log, None);
        Assert.Empty(diagnosis.Causes);
        using var broken = new MemoryStream(Encoding.UTF8.GetBytes("this is no archive"));
        try
        {
            await client.Doctor.DiagnoseAsync("logs.zip", broken, None);
        }
        catch (Contracts.ProblemException e)
        {
            Assert.Equal("bundle-unreadable", e.Problem.Code);
            Assert.DoesNotContain(host.Folder.Path, e.Problem.Title, StringComparison.Ordinal);
        }
        Assert.Empty(Directory.GetFiles(Path.Combine(host.Data.Service, "uploads")));
    }

    [Fact]
    public async Task Bundle_LargerThanAllowed_IsRefusedAndLeavesNothing()
    {
        await using var host = await ServiceHost.StartBareAsync(h => h.Options = h.Options with { BundleMegabytes = 1 });
        using var large = new MemoryStream(new byte[(1 << 20) + 1]);
        using var unsaid = new Unsaid(new byte[(1 << 20) + 1]);
        await Answers.FailsAsync("request-too-large", 413, () => host.Client(Role.Reader).Doctor.DiagnoseAsync("a.log", large, None));
        await Answers.FailsAsync("request-too-large", 413, () => host.Client(Role.Reader).Doctor.DiagnoseAsync("a.log", unsaid, None));
        Assert.Empty(Directory.GetFiles(Path.Combine(host.Data.Service, "uploads")));
    }

    /// <summary>A stream that does not tell its length: it is sent in chunks.</summary>
    private sealed class Unsaid(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
