using Stillpoint.Waagent;

namespace Stillpoint.Engine.Onboarding;

/// <summary>What onboarding is to come to.</summary>
/// <param name="Setup">Addresses that nobody told are found when they are needed.</param>
/// <param name="Filter">Also hold the VM to its addresses by libvirt's filter.</param>
/// <param name="Dhcp">Also DHCP option 245, of libvirt's network.</param>
/// <param name="HostOnly">Leave the guest to whoever makes it ready otherwise.</param>
public sealed record OnboardingWish(WaagentSetup Setup, bool Filter, bool Dhcp, bool HostOnly);
