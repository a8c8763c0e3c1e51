using System.Text.Json;
using Stillpoint.Engine.Channels;
using Stillpoint.Engine.Network;
using Stillpoint.Waagent;

namespace Stillpoint.Engine.Onboarding;

/// <summary>The choice of `vm channel`.</summary>
internal sealed class ChannelAction : OnboardingAction
{
    public override async Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct)
    {
        var setup = Read(change.After)!;
        var found = setup.Found ? await GuestAddresses.FindAsync(on.Domain, on.Clock, ct) : [.. setup.Addresses.Select(a => new FoundAddress("", a, AddressFrom.Told))];
        var settings = new ChannelSettings(on.Paths);
        await AddressClaims.MustBeAloneAsync(on.Host, on.Domain, found, settings, ct);
        settings.Choose(on.Domain.Id, setup with { Addresses = [.. found.Select(f => f.Address)] });
    }

    public override Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct)
    {
        // Whoever chose otherwise since then has undone it.
        var settings = new ChannelSettings(on.Paths);
        if (settings.Find(on.Domain.Id) is not null) settings.Choose(on.Domain.Id, Read(change.Before));
        return Task.CompletedTask;
    }

    public static string? Text(WaagentSetup? setup) => setup is null ? null : JsonSerializer.Serialize(setup, ChannelJson.Default.WaagentSetup);

    private static WaagentSetup? Read(string? text) => text is null ? null : JsonSerializer.Deserialize(text, ChannelJson.Default.WaagentSetup);
}
