using System.Xml.Linq;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Onboarding;

/// <summary>The network filter of an interface, of the running VM and of its definition.</summary>
internal sealed class FilterAction : OnboardingAction
{
    public override Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct) => SetAsync(on, change.Place, change.Before, change.After, ct);

    public override Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct) => SetAsync(on, change.Place, change.After, change.Before, ct);

    private static async Task SetAsync(OnboardingContext on, string mac, string? from, string? to, CancellationToken ct)
    {
        var off = (await on.Domain.GetStateAsync(ct)).Power is PowerState.Off or PowerState.Crashed;
        foreach (var live in off ? [false] : new[] { true, false })
        {
            var found = DomainInterface.ListOf(await on.Domain.GetConfigAsync(inactive: !live, ct)).FirstOrDefault(i => i.Mac == mac) ?? throw Changed(mac);
            if (Same(found.FilterXml, to)) continue;
            if (!Same(found.FilterXml, from)) throw Changed($"{mac}: {found.FilterXml?.ToString(SaveOptions.DisableFormatting) ?? "-"}");
            await on.Domain.UpdateInterfaceAsync(found.WithFilter(to is null ? null : XElement.Parse(to)), live, ct);
        }
    }

    // libvirt writes them in a form of its own.
    private static bool Same(XElement? filter, string? xml) => Form(filter) == Form(xml is null ? null : XElement.Parse(xml));

    private static string Form(XElement? filter) => filter is null ? "" : string.Join(' ', filter.Elements("parameter")
        .Select(p => $"{(string?)p.Attribute("name")}={(string?)p.Attribute("value")}").Order(StringComparer.Ordinal).Prepend((string?)filter.Attribute("filter")));
}
