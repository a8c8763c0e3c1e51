using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Access;

public sealed class UserAndTokenTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Change_OfAUserThatChangedMeanwhile_IsRefused()
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var http = host.Browser(host.Token(Role.Admin));
        host.AddUser("bob", Role.Reader);
        using var read = await http.GetAsync("/api/v1/users/bob");
        var tag = read.Headers.ETag!.Tag;
        await http.SendAsync("PUT", "/api/v1/users/bob", new { role = "operator" }).MustFailAsync("request-invalid", 400);
        await http.SendAsync("PUT", "/api/v1/users/bob", new { role = "operator" }, ("If-Match", tag)).MustAsync();
        await http.SendAsync("PUT", "/api/v1/users/bob", new { role = "reader" }, ("If-Match", tag)).MustFailAsync("changed-meanwhile", 412);
        Assert.Equal(Role.Operator, host.Access.Users.Find("bob")!.Role);
    }

    [Fact]
    public async Task LastAdministrator_WhoeverAsks_StaysOne()
    {
        await using var host = await ServiceHost.StartBareAsync();
        host.AddUser("ada", Role.Admin);
        var local = host.Local();
        await Answers.FailsAsync("confirmation-needed", 428, () => local.Access.RemoveUserAsync("ada", "", None));
        await Answers.FailsAsync("last-admin", 409, () => local.Access.RemoveUserAsync("ada", "ada", None));
        host.AddUser("bob", Role.Admin);
        await local.Access.RemoveUserAsync("ada", "ada", None);
        Assert.Equal(["bob"], (await local.Access.UsersAsync(None)).Select(u => u.Name));
    }

    [Fact]
    public async Task Token_OfAUserWhoLostRights_LosesThemToo()
    {
        await using var host = await ServiceHost.StartBareAsync();
        host.AddUser("zoe", Role.Admin);
        var client = host.Client(Role.Admin);
        var owner = (await client.Access.WhoAsync(None)).Name;
        host.Access.Users.Change(owner, null, u => u with { Role = Role.Reader });
        await Answers.FailsAsync("not-allowed", 403, () => client.Access.UsersAsync(None));
        host.Access.Users.Remove(owner, null);
        await Answers.FailsAsync("not-signed-in", 401, () => client.Access.WhoAsync(None));
    }

    [Fact]
    public async Task Token_MadeInASession_IsBoundedShownOnceAndEnds()
    {
        await using var host = await ServiceHost.StartBareAsync();
        host.AddUser("oli", Role.Operator);
        using var http = host.Browser();
        var csrf = (await http.SendAsync("POST", "/api/v1/session", new { name = "oli", password = ServiceHost.Password }).MustAsync()).GetProperty("csrf").GetString()!;
        Task<HttpResponseMessage> Make(object token) => http.SendAsync("POST", "/api/v1/tokens", token, ("X-Stillpoint-Csrf", csrf));
        await Make(new { label = "ci", role = "admin", days = 1 }).MustFailAsync("not-allowed", 403);
        await Make(new { label = "ci", role = "reader", days = 731 }).MustFailAsync("request-invalid", 400);
        var made = await Make(new { label = "ci", role = "reader", days = 2 }).MustAsync(201);
        var secret = made.GetProperty("token").GetString()!;
        using var program = StillpointClient.OverNetwork(host.Address, secret, host.Server.Fingerprint);
        Assert.Equal(("oli", "token", "reader"), await WhoAsync(program));
        await Answers.FailsAsync("not-allowed", 403, () => program.Jobs.BackUpAsync(new("guest"), None));
        // A token makes no tokens.
        await host.Browser(secret).SendAsync("POST", "/api/v1/tokens", new { label = "more", role = "reader", days = 1 }).MustFailAsync("request-invalid", 400);
        Assert.DoesNotContain(secret, (await http.SendAsync("GET", "/api/v1/tokens").MustAsync()).GetRawText(), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromDays(2));
        await Answers.FailsAsync("not-signed-in", 401, () => program.Access.WhoAsync(None));
    }

    [Fact]
    public async Task Secrets_InTheCatalog_AreNotThere()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var token = host.Token(Role.Admin);
        await host.Server.DisposeAsync();
        foreach (var file in Directory.GetFiles(host.Data.Path))
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(ServiceHost.Password, text, StringComparison.Ordinal);
        }
        await host.StartAsync();
    }

    [Fact]
    public async Task Audit_OfChangesAndOfWhatWasRefused_NamesWhoDidWhat()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var (admin, reader) = (host.Client(Role.Admin), host.Client(Role.Reader));
        await admin.Access.AddUserAsync(new("bob", ServiceHost.Password, "reader"), None);
        await Answers.FailsAsync("not-allowed", 403, () => reader.Access.RemoveUserAsync("bob", "bob", None));
        await host.Browser().SendAsync("POST", "/api/v1/session", new { name = "eve", password = "wrong wrong wrong" }).MustFailAsync("sign-in-failed", 401);
        var page = await admin.Access.AuditAsync(None);
        Assert.Equal(
            [("signIn", "eve", 401), ("removeUser", (await reader.Access.WhoAsync(None)).Name, 403), ("addUser", (await admin.Access.WhoAsync(None)).Name, 201)],
            page.Items.Select(a => (a.Action, a.Who, a.Outcome)));
        Assert.DoesNotContain(ServiceHost.Password, string.Concat(page.Items), StringComparison.Ordinal);
    }

    private static async Task<(string, string, string)> WhoAsync(StillpointClient client)
    {
        var who = await client.Access.WhoAsync(None);
        return (who.Name, who.Via, who.Role);
    }
}
