<#macro header file purpose>
// ${file}.v: ${purpose}
// Written by Bitloom from template ${file}.v.ftl for network ${rtl.networkName} (content ${rtl.networkHash}).
// Timing and handshakes are described above the ports. Do not edit: generate again.
`default_nettype none

</#macro>
<#macro footer>

`default_nettype wire
</#macro>
