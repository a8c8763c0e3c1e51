using Stillpoint.Control.Access;
using Stillpoint.Server.Access;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Access;

/// <summary>The first administrator, signing in, second factor, sessions and the limits of guessing.</summary>
public sealed class SignInTests
{
    private const string Session = "/api/v1/session";

    [Fact]
    public async Task SetUp_WithTheToken_MakesOneAdministratorAndNoSecond()
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var http = host.Browser();
        var ask = new { token = host.Server.SetUpToken, name = "ada", password = ServiceHost.Password };
        await http.SendAsync("POST", "/api/v1/setup", ask with { token = "setup-wrong" }).MustFailAsync("set-up-token-wrong", 403);
        await http.SendAsync("POST", "/api/v1/setup", ask with { password = "short" }).MustFailAsync("password-too-short", 400);
        Assert.Equal("admin", (await http.SendAsync("POST", "/api/v1/setup", ask).MustAsync()).GetProperty("role").GetString());
        await http.SendAsync("POST", "/api/v1/setup", ask with { name = "eve" }).MustFailAsync("set-up-done", 409);
        await host.RestartAsync();
        Assert.Null(host.Server.SetUpToken);
    }

    [Fact]
    public async Task SignIn_WithThePassword_GivesACookieThatOnlyTheServiceSees()
    {
        await using var host = await StartAsync();
        using var http = host.Browser();
        using var answer = await http.SendAsync("POST", Session, new { name = "Ada", password = ServiceHost.Password });
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        foreach (var word in new[] { "httponly", "secure", "samesite=strict", "path=/" }) Assert.Contains(word, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("ada", (await http.SendAsync("GET", Session).MustAsync()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Change_FromAnotherSite_IsRefusedForWantOfTheSessionsValue()
    {
        await using var host = await StartAsync();
        var (http, csrf) = await SignInAsync(host);
        var user = new { name = "bob", password = ServiceHost.Password, role = "reader" };
        await http.SendAsync("POST", "/api/v1/users", user).MustFailAsync("request-forged", 403);
        await http.SendAsync("POST", "/api/v1/users", user, ("X-Stillpoint-Csrf", "0")).MustFailAsync("request-forged", 403);
        await http.SendAsync("POST", "/api/v1/users", user, ("X-Stillpoint-Csrf", csrf)).MustAsync(201);
    }

    [Fact]
    public async Task SignOut_OfASession_EndsItAtTheService()
    {
        await using var host = await StartAsync();
        var (http, csrf) = await SignInAsync(host);
        await http.SendAsync("DELETE", Session, null, ("X-Stillpoint-Csrf", csrf)).MustAsync(204);
        await http.SendAsync("GET", Session).MustFailAsync("not-signed-in", 401);
    }

    [Fact]
    public async Task Session_WhenItsTimeIsUp_Ends()
    {
        await using var host = await StartAsync();
        var (http, _) = await SignInAsync(host);
        host.Clock.Advance(TimeSpan.FromMinutes(721));
        // The browser's own clock has not moved: it still sends the cookie.
        await http.SendAsync("GET", Session).MustFailAsync("not-signed-in", 401);
    }

    [Fact]
    public async Task SignIn_GuessedTooOften_WaitsEvenWithTheRightPassword()
    {
        await using var host = await StartAsync();
        using var http = host.Browser();
        for (var i = 0; i < SignInLimit.FailuresOfName; i++)
            await http.SendAsync("POST", Session, new { name = "ada", password = "wrong wrong wrong" }).MustFailAsync("sign-in-failed", 401);
        using (var answer = await http.SendAsync("POST", Session, new { name = "ada", password = ServiceHost.Password }))
        {
            Assert.Equal(429, (int)answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), SignInLimit.Window);
        }
        // Others are not locked out by it.
        host.AddUser("bob", Role.Reader);
        await http.SendAsync("POST", Session, new { name = "bob", password = ServiceHost.Password }).MustAsync();
        host.Clock.Advance(SignInLimit.Window);
        await http.SendAsync("POST", Session, new { name = "ada", password = ServiceHost.Password }).MustAsync();
    }

    [Fact]
    public async Task SignIn_OfNobody_IsToldLikeAWrongPassword()
    {
        await using var host = await StartAsync();
        await host.Browser().SendAsync("POST", Session, new { name = "nobody", password = ServiceHost.Password }).MustFailAsync("sign-in-failed", 401);
    }

    [Fact]
    public async Task SecondFactor_OnceChosen_IsAskedForAndEachCodeIsGoodOnce()
    {
        await using var host = await StartAsync();
        var (http, csrf) = await SignInAsync(host);
        var header = ("X-Stillpoint-Csrf", csrf);
        var secret = (await http.SendAsync("POST", Session + "/second-factor", null, header).MustAsync()).GetProperty("secret").GetString()!;
        var step = OneTimeCode.StepOf(host.Clock.GetUtcNow());
        await http.SendAsync("PUT", Session + "/second-factor", new { secret, code = OneTimeCode.At(secret, step + 9) }, header).MustFailAsync("sign-in-failed", 401);
        await http.SendAsync("PUT", Session + "/second-factor", new { secret, code = OneTimeCode.At(secret, step) }, header).MustAsync(204);

        using var other = host.Browser();
        await other.SendAsync("POST", Session, new { name = "ada", password = ServiceHost.Password }).MustFailAsync("second-factor-needed", 401);
        host.Clock.Advance(TimeSpan.FromSeconds(60));
        var code = OneTimeCode.At(secret, OneTimeCode.StepOf(host.Clock.GetUtcNow()));
        var signIn = new { name = "ada", password = ServiceHost.Password, code };
        await other.SendAsync("POST", Session, signIn).MustAsync();
        await other.SendAsync("POST", Session, signIn).MustFailAsync("sign-in-failed", 401);
    }

    [Fact]
    public async Task Password_WhenChanged_EndsTheOtherSessions()
    {
        await using var host = await StartAsync();
        var (here, csrf) = await SignInAsync(host);
        var (there, _) = await SignInAsync(host);
        await here.SendAsync("PUT", Session + "/password", new { current = "wrong wrong wrong", @new = "a new long password" }, ("X-Stillpoint-Csrf", csrf))
            .MustFailAsync("sign-in-failed", 401);
        await here.SendAsync("PUT", Session + "/password", new { current = ServiceHost.Password, @new = "a new long password" }, ("X-Stillpoint-Csrf", csrf)).MustAsync(204);
        await there.SendAsync("GET", Session).MustFailAsync("not-signed-in", 401);
        await here.SendAsync("GET", Session).MustAsync();
        await there.SendAsync("POST", Session, new { name = "ada", password = "a new long password" }).MustAsync();
    }

    private static async Task<ServiceHost> StartAsync()
    {
        var host = await ServiceHost.StartBareAsync();
        host.AddUser("ada", Role.Admin);
        return host;
    }

    private static async Task<(HttpClient Http, string Csrf)> SignInAsync(ServiceHost host)
    {
        var http = host.Browser();
        var answer = await http.SendAsync("POST", Session, new { name = "ada", password = ServiceHost.Password }).MustAsync();
        return (http, answer.GetProperty("csrf").GetString()!);
    }
}
