using System.Text;
using System.Text.Json;

namespace Stillpoint.Server.Tests.Fuzz;

/// <summary>Requests from a seed: half of them valid but unusual, the others broken in every place there is.</summary>
/// <param name="known">Ids and names that are there, by what a path calls them: vm, point, job, cause, name, id.</param>
/// <param name="folder">Paths are made below it only: some requests do what they ask for.</param>
internal sealed class RequestMaker(Random random, IReadOnlyDictionary<string, string[]> known, string folder)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "guest", "GUEST", "web*", "../../etc/passwd", "%2e%2e", "null", "0", "-1", "1e309", "NaN", "true", "{}", "[]", "'; drop table job; --", "\0", "\r\nX: y",
        "Ünïcødé", "日本語のVM", "🧊", "\u202e", "a\u0301", "01arz3ndektsv4rrffq69g5fav", "7zzzzzzzzzzzzzzzzzzzzzzzzz", "00000000-0000-0000-0000-000000000000",
        "2026-11-21T08:00:00Z", "9999-12-31T23:59:59.9999999+14:00", "file-system", "crash", "raw", "qcow2", "backup", "running",
    ];

    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["/jobs/backup"] = """{"vm":$vm,"consistency":$w,"strict":$b,"freezeLimitSeconds":$n,"guard":$w,"tracking":$w,"full":$b,"excludedDisks":[$t],"sampleShare":$n}""",
        ["/jobs/restore"] = """{"point":$point,"newVm":{"name":$t,"folder":$path,"format":$w,"connected":$b,"start":$b}}""",
        ["/points/forget"] = """{"points":[$point],"dryRun":$b,"confirm":$t}""",
        ["/jobs/verify"] = """{"samplePercent":$n,"maxMinutes":$n}""",
        ["/jobs/gc"] = """{"now":$b,"dryRun":$b,"maxMinutes":$n,"confirm":$t}""",
        ["/jobs/copy"] = """{"path":$path,"points":[$point]}""",
        ["/hosts"] = """{"uri":$t}""",
        ["/jobs/repair"] = """{"vm":$vm,"cause":$cause,"confirm":$t}""",
        ["/support-bundle"] = """{"vm":$vm,"days":$i}""",
        ["/rules/{rule}"] = """{"name":"r","policy":$policy,"match":$t}""",
        ["/vms/{vm}/check"] = """{"guard":$w}""",
        ["/policies/{policy}"] = """{"name":$policy,"capture":{"wanted":$w,"freezeLimit":$s,"scripts":{"rule":$w,"retries":$i},"sampleShare":$n},"schedules":[$l],"retention":{"last":$i,"daily":$i},"retries":$i,"objective":$s,"bandwidth":[$l]}""",
        ["/policies/preview"] = """{"capture":{"tracking":$w,"patience":$s},"schedules":[$l],"retention":{"yearly":$i},"retryAfter":$s}""",
        ["/rules"] = """{"name":$t,"policy":$policy,"match":$t,"metadata":$t,"host":$t}""",
        ["/vms/{vm}/protection"] = """{"policy":$policy}""",
        ["/plan/settings"] = """{"perHost":$i,"perStorage":$i,"perVault":$i,"gc":$l,"verify":$l,"verifyMinutes":$i}""",
        ["/vaults/default"] = """{"path":$t,"alsoIfTwice":$b}""",
        ["/alerts/settings"] = """{"smtp":$t,"mailFrom":$t,"mailTo":$t}""",
        ["/users"] = """{"name":$t,"password":$t,"role":$r,"vms":[$t]}""",
        ["/users/{name}"] = """{"role":$r,"vms":[$t],"password":$t,"removeSecondFactor":$b}""",
        ["/tokens"] = """{"label":$t,"role":$r,"days":$n,"vms":[$t]}""",
        ["/session"] = """{"name":$t,"password":$t,"code":$t}""",
        ["/session/password"] = """{"current":$t,"new":$t}""",
        ["/session/second-factor"] = """{"secret":$t,"code":$t}""",
        ["/setup"] = """{"token":$t,"name":$t,"password":$t}""",
        ["/doctor/explain"] = """{"text":$t}""",
    };

    private static readonly string[] Queries = ["vm", "kind", "state", "since", "after", "limit", "who", "confirm", "name", "code", "nothing", "all", "hours", "runs"];

    public HttpRequestMessage Make(string method, string route)
    {
        var path = string.Join('/', route.Split('/').Select(s => s.StartsWith('{') ? Uri.EscapeDataString(Named(s[1..^1])) : s));
        if (random.Next(2) == 0) path += "?" + string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{Pick(Queries)}={Uri.EscapeDataString(Any())}"));
        var request = new HttpRequestMessage(new(method), path);
        if (method is not ("GET" or "DELETE") || random.Next(20) == 0) request.Content = Body(route);
        Header(request, "If-Match", "\"1\"", "*", "W/\"x\"", "\"\"");
        Header(request, "Idempotency-Key", "k1", "k2", new string('k', 101), "ключ");
        Header(request, "Accept-Language", "nl", "zh-Hans;q=0.5, fr;q=0.9", "xx", ";q=;;,,", "pt-BR;q=abc");
        Header(request, "X-Stillpoint-Csrf", "0", "");
        return request;
    }

    private StringContent Body(string route)
    {
        var template = Bodies.FirstOrDefault(b => route.EndsWith("/v1" + b.Key, StringComparison.Ordinal)).Value ?? """{"any":$t}""";
        var text = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '$') text.Append(template[i]);
            else
            {
                var end = i + 1;
                while (end < template.Length && char.IsAsciiLetter(template[end])) end++;
                text.Append(Value(template[(i + 1)..end]));
                i = end - 1;
            }
        }
        var body = random.Next(8) switch
        {
            0 => text.ToString()[..random.Next(text.Length)],
            1 => Pick(["", "null", "[]", "\"\"", "{\"a\":1,\"a\":2}", new string('[', 200), "\ufeff{}"]),
            _ => text.ToString(),
        };
        return new(body, Encoding.UTF8, random.Next(10) == 0 ? Pick(["text/plain", "application/xml", "application/x-www-form-urlencoded"]) : "application/json");
    }

    private string Value(string kind) => kind switch
    {
        "b" => Pick(["true", "false"]),
        "n" => Pick(["1", "2", "0.5", "0", "-1", "100", "1e3", "99999999999999999999", "null", "\"1\""]),
        "w" => Pick(["null", "\"crash\"", "\"file-system\"", "\"require\"", "\"auto\"", "\"none\"", "\"raw\"", "\"Crash\"", "7"]),
        "r" => Pick(["\"reader\"", "\"operator\"", "\"admin\"", "\"Admin\"", "\"1\"", "null"]),
        "path" => JsonSerializer.Serialize(Path.Combine(folder, Pick(["a", "b/c", "..", "a b", "ü"]))),
        "i" => Pick(["1", "2", "7", "0", "-1", "10001", "null", "1.5"]),
        "s" => Pick(["\"00:00:10\"", "\"1.00:00:00\"", "\"soon\"", "\"99999999.00:00:00\"", "null"]),
        "l" => Pick(["\"daily 20:00-06:00 UTC\"", "\"hourly/2\"", "\"yearly 02-29 00:00-24:00 Europe/Amsterdam\"", "\"backup 08:00-18:00 20MB\"", "\"weekly\"", "null"]),
        "vm" or "point" or "policy" or "cause" => JsonSerializer.Serialize(Named(kind)),
        _ => random.Next(12) == 0 ? Pick(["null", "[]", "{}", "1"]) : JsonSerializer.Serialize(Any()),
    };

    private string Named(string what) => random.Next(4) > 0 && known.TryGetValue(what, out var there) ? Pick(there) : Any() is { Length: > 0 } text ? text : "-";

    private string Any() => random.Next(10) == 0 ? new string(Pick(["x", "ü", "*", "/"])[0], Pick([64, 256, 3000])) : Pick(Texts);

    private void Header(HttpRequestMessage request, string name, params string[] values)
    {
        if (random.Next(4) == 0) request.Headers.TryAddWithoutValidation(name, Uri.EscapeDataString(Pick(values)));
        else if (random.Next(8) == 0) request.Headers.TryAddWithoutValidation(name, string.Concat(Pick(values).Where(char.IsAscii)));
    }

    private T Pick<T>(T[] of) => of[random.Next(of.Length)];
}
