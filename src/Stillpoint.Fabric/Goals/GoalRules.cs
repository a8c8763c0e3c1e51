using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Stillpoint.Fabric.Keys;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Goals;

/// <summary>What may be asked for, and what becomes of it. No I/O.</summary>
internal static partial class GoalRules
{
    private const int MostAddresses = 16, MostSettings = 128 << 10;

    /// <summary>The goal after a request. A request that says what is there already changes nothing, so that it can be sent again.</summary>
    /// <exception cref="FailureException">RequestInvalid.</exception>
    public static Goal Next(Goal? current, VmId vm, GoalRequest request, DateTimeOffset now)
    {
        var asked = request.Extension;
        Check(current, request);
        var key = current?.Key ?? SettingsKey.Make(vm, now);
        var incarnation = current is null ? now.ToUnixTimeSeconds() : current.Incarnation + 1;
        var settings = asked.Settings is { } plain ? JsonSerializer.Serialize(plain, FabricJson.Default.JsonElement) : null;
        var secret = asked.ProtectedSettings is { } hidden ? JsonSerializer.SerializeToUtf8Bytes(hidden, FabricJson.Default.JsonElement) : null;

        var before = current?.Extension;
        var sameSettings = before is not null && before.Name == asked.Name && before.Settings == settings && SameSecret(key, before.Protected, secret);
        var extension = sameSettings
            ? before! with { Version = asked.Version, State = asked.State }
            : new ExtensionGoal(asked.Name, asked.Version, asked.State, incarnation, settings, secret is null ? null : SettingsKey.Seal(key, secret));
        return new(Goal.CurrentFormat, vm.Value, request.Name, [.. request.Addresses], extension == before ? current!.Incarnation : incarnation, extension, key);
    }

    public static bool IsExtensionName(string name) => ExtensionName().IsMatch(name);

    public static bool IsVersion(string version) => VersionNumber().IsMatch(version);

    public static FailureException Invalid(string field, string expected) =>
        new(FailureCode.RequestInvalid, Stage.Input, ("field", field), ("expected", expected));

    private static void Check(Goal? current, GoalRequest request)
    {
        var asked = request.Extension;
        if (request.Name.Length is < 1 or > 255 || request.Name.Any(char.IsControl)) throw Invalid("name", "1-255 characters");
        if (request.Addresses.Count is < 1 or > MostAddresses) throw Invalid("addresses", $"1-{MostAddresses}");
        if (request.Addresses.Any(a => !IsAddress(a))) throw Invalid("addresses", "IPv4 addresses such as 192.168.122.17");
        if (!IsExtensionName(asked.Name)) throw Invalid("extension.name", "letters, digits and dots, at most 128");
        if (!IsVersion(asked.Version)) throw Invalid("extension.version", "2-4 numbers with dots");
        if (!Enum.IsDefined(asked.State)) throw Invalid("extension.state", "Enabled, Disabled, Uninstall");
        CheckSettings("extension.settings", asked.Settings);
        CheckSettings("extension.protectedSettings", asked.ProtectedSettings);
        // The agent would delete the old one's folder without disabling or uninstalling it.
        if (current is not null && current.Extension.Name != asked.Name && current.Extension.State != ExtensionState.Uninstall)
            throw Invalid("extension.name", $"{current.Extension.Name}, or its state Uninstall first");
    }

    private static void CheckSettings(string field, JsonElement? settings)
    {
        if (settings is not { } value) return;
        if (value.ValueKind != JsonValueKind.Object) throw Invalid(field, "a JSON object");
        if (value.GetRawText().Length > MostSettings) throw Invalid(field, $"at most {MostSettings} characters");
    }

    // As it is written by whoever would send it: 010.1 and 1.2 are addresses to the parser too.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    private static bool SameSecret(byte[] key, byte[]? sealedBefore, byte[]? secret) => (sealedBefore, secret) switch
    {
        (null, null) => true,
        (not null, not null) => SettingsKey.Open(key, sealedBefore).AsSpan().SequenceEqual(secret),
        _ => false,
    };

    // No '-': the agent finds handlers in folders named NAME-VERSION.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9.]{0,127}\z")]
    private static partial Regex ExtensionName();

    [GeneratedRegex(@"^[0-9]{1,9}(\.[0-9]{1,9}){1,3}\z")]
    private static partial Regex VersionNumber();
}
