using Stillpoint.Engine.Network;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Xunit;

namespace Stillpoint.Engine.Tests.Network;

public sealed class GuestAddressTests
{
    private const string Mac = "52:54:00:00:00:01";
    private readonly FakeHost _host = new();

    public GuestAddressTests() => _host.Domain.Config = _host.Domain.Config with
    {
        Xml = $"<domain><devices><interface type='network'><mac address='{Mac.ToUpperInvariant()}'/><source network='default' bridge='virbr0'/></interface></devices></domain>",
    };

    /// <summary>The address of a later look is another one: nothing is remembered.</summary>
    [Fact]
    public async Task Find_TwoTimes_GivesWhatIsSoThen()
    {
        _host.Domain.Addresses[AddressSource.Lease] = [new(Mac, "10.0.0.2")];
        Assert.Equal([new(Mac, "10.0.0.2", AddressFrom.Lease)], await FindAsync());
        _host.Domain.Addresses[AddressSource.Lease] = [new(Mac, "10.0.0.7")];
        Assert.Equal([new(Mac, "10.0.0.7", AddressFrom.Lease)], await FindAsync());
    }

    [Fact]
    public async Task Find_AddressOfAMacThatIsNotTheVms_IsNothing()
    {
        _host.Domain.Power = PowerState.Off;
        _host.Domain.Addresses[AddressSource.Agent] = [new("52:54:00:00:00:09", "10.0.0.2")];
        Assert.Empty(await FindAsync());
    }

    private Task<IReadOnlyList<FoundAddress>> FindAsync() => GuestAddresses.FindAsync(_host.Domain, TimeProvider.System, CancellationToken.None);
}
