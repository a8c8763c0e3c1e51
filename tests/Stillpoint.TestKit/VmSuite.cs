namespace Stillpoint.TestKit;

/// <summary>
/// What the VM tests of one suite share: a libvirtd and a guest, made at first use, ended with the suite. Use as a collection fixture;
/// the tests of one collection run one after another, so a test owns the guest while it runs.
/// </summary>
public sealed class VmSuite : IAsyncDisposable
{
    private PrivateLibvirt? _libvirt;
    private TestGuest? _guest;

    public async Task<PrivateLibvirt> LibvirtAsync() => _libvirt ??= await PrivateLibvirt.StartAsync();

    /// <summary>The suite's guest, running or not: as the test before left it.</summary>
    public async Task<TestGuest> GuestAsync() => _guest ??= await TestGuest.BootAsync(await LibvirtAsync());

    public async ValueTask DisposeAsync()
    {
        if (TestGuest.BootRetries > 0) Console.WriteLine($"boots that had to be tried twice: {TestGuest.BootRetries}");
        if (_libvirt is not null) await _libvirt.DisposeAsync();
    }
}
