# The plan and what it costs a month. No network: data is in sizes.tsv and prices.tsv. Sourced by aks-bootstrap.sh.
# shellcheck shell=bash

PRICES=$AKS_FOLDER/prices.tsv
SIZES=$AKS_FOLDER/sizes.tsv
CALCULATOR=https://azure.microsoft.com/pricing/calculator/
SIZE_PAGES=https://learn.microsoft.com/azure/virtual-machines/sizes/overview

# size_as_azure_writes_it SIZE: standard_d4s_v5 → Standard_D4s_v5. Azure takes both; the tables here know the second one.
# A name that is in another form stays as it is.
size_as_azure_writes_it() {
  printf '%s\n' "$1" | awk '
    match($0, /^[Ss][Tt][Aa][Nn][Dd][Aa][Rr][Dd]_[A-Za-z]+[0-9]/) && $0 !~ /^Standard_[A-Z]+[0-9]/ {
      print "Standard_" toupper(substr($0, 10, RLENGTH - 10)) tolower(substr($0, RLENGTH))
      next
    }
    { print }'
}

# series_of SIZE: Standard_D4s_v5 → Ds_v5, Standard_E4-2s_v5 → Es_v5
series_of() { printf '%s\n' "$1" | sed -E 's/^Standard_//; s/^([A-Za-z]+)[0-9]+(-[0-9]+)?/\1/'; }
# vcpus_of SIZE: the first number of the name
vcpus_of() { printf '%s\n' "$1" | sed -E 's/^Standard_[A-Za-z]+([0-9]+).*/\1/'; }
# is_arm SIZE: the letter p after the number, as in Standard_D4ps_v5
is_arm() { printf '%s\n' "$1" | grep -E -q '^Standard_[A-Z]+[0-9]+(-[0-9]+)?[a-z]*p[a-z]*(_|$)'; }
# nested_of SIZE: yes, no, or nothing if the table does not know the series
nested_of() { awk -F '\t' -v series="$(series_of "$1")" '$1 == series { print $2 }' "$SIZES"; }

# memory_of SIZE: GiB, or nothing if the table does not know the series
memory_of() { awk -F '\t' -v series="$(series_of "$1")" -v vcpus="$(vcpus_of "$1")" '$1 == series && $3 != "" { print $3 * vcpus }' "$SIZES"; }
# usable_vcpus_of SIZE: a name such as Standard_E4-2s_v5 has the memory of 4 vCPUs, and 2 vCPUs
usable_vcpus_of() { printf '%s\n' "$1" | sed -E 's/^Standard_[A-Za-z]+([0-9]+-)?([0-9]+).*/\2/'; }

# print_fit: warns if the device does not fit on a node of the plan. A guide: the cluster has the last word.
print_fit() {
  local vcpus memory wanted
  if [ "$SKIP_CLUSTER" = true ] || [ -z "$DEVICE" ]; then return 0; fi
  vcpus=$(usable_vcpus_of "$NODE_SIZE") memory=$(memory_of "$NODE_SIZE") wanted=$(mib_of "$DEVICE_MEMORY")
  # AKS reserves up to a quarter of the memory of a node (https://learn.microsoft.com/azure/aks/node-resource-reservations).
  if [ -n "$memory" ] && [ "$wanted" -gt $((memory * 1024 * 3 / 4)) ]; then
    plan_line warning "the memory of the device ($DEVICE_MEMORY) does not fit on a node: $NODE_SIZE has $memory GiB, and AKS keeps up to a quarter of it. Take a larger --node-size, or less --device-memory"
  fi
  if [ "$DEVICE_CPUS" -gt "$vcpus" ]; then
    plan_line warning "the device has more vCPUs ($DEVICE_CPUS) than a node: $NODE_SIZE has $vcpus. Take a larger --node-size, or fewer --device-cpus"
  fi
}
mib_of() { case $1 in *Mi) echo "${1%Mi}" ;; *) echo $(($(gib_of "$1") * 1024)) ;; esac; }

# size_problem: why the node size cannot run VMs; nothing if it can. Needs no network.
size_problem() {
  if ! printf '%s\n' "$NODE_SIZE" | grep -E -q '^Standard_[A-Z]+[0-9]+(-[0-9]+)?[A-Za-z]*(_[A-Za-z0-9]+)*$'; then
    echo "--node-size '$NODE_SIZE' is no name of an Azure VM size; an example: Standard_D4s_v5"
  elif is_arm "$NODE_SIZE"; then
    echo "--node-size $NODE_SIZE has an arm64 processor. arm64 sizes of Azure have no nested virtualization, so KubeVirt cannot start a VM on them. Take for example $(alternatives)"
  elif [ "$(nested_of "$NODE_SIZE")" = no ]; then
    echo "--node-size $NODE_SIZE has no nested virtualization, so KubeVirt cannot start a VM on it. Take for example $(alternatives)"
  elif [ -z "$(nested_of "$NODE_SIZE")" ] && [ "$ACCEPT_NODE_SIZE" != true ]; then
    echo "--node-size $NODE_SIZE is of a series that scripts/aks/sizes.tsv does not know. Look for \"Nested Virtualization: Supported\" on its page at $SIZE_PAGES, and add --accept-node-size; or take for example $(alternatives)"
  fi
}
# alternatives: sizes with nested virtualization and as many vCPUs
alternatives() {
  local n
  n=$(vcpus_of "$NODE_SIZE")
  case $n in 4 | 8 | 16 | 32) ;; *) n=4 ;; esac
  echo "Standard_D${n}s_v5, Standard_D${n}as_v5 or Standard_D${n}s_v6"
}

# price_of KIND [NAME]: 0 prices are printed too; nothing if the table has none.
price_of() { awk -F '\t' -v kind="$1" -v name="${2-}" '$1 == kind && (name == "" || $2 == name) { print (name == "" ? $2 : $3); exit }' "$PRICES"; }
# disk_of KIND GIB: "price tier" of the smallest tier that is large enough
disk_of() { awk -F '\t' -v kind="$1" -v size="$2" '$1 == kind && $2 >= size { print $3, $4, $2; exit }' "$PRICES"; }
times() { awk -v a="$1" -v b="$2" -v c="${3:-1}" 'BEGIN { printf "%.2f", a * b * c }'; }

# cost_line AMOUNT WORDS: adds to TOTAL; an empty amount is told as unknown.
cost_line() {
  if [ -z "$1" ]; then
    UNPRICED=true
    printf '           ?  %s: no price in the table\n' "$2"
  else
    TOTAL=$(awk -v a="$TOTAL" -v b="$1" 'BEGIN { printf "%.2f", a + b }')
    printf '  %10s  %s\n' "$1" "$2"
  fi
}

gib_of() { case $1 in *Gi) echo "${1%Gi}" ;; *Ti) echo $((${1%Ti} * 1024)) ;; *) echo 1 ;; esac; }

print_cost() {
  local hours price tier size rate
  hours=$(price_of hours)
  TOTAL=0 UNPRICED=false
  echo
  echo "Cost of a month: a guide, from the table of $(price_of date)"
  echo "(USD, list prices of $(price_of region), pay as you go, without tax)"
  if [ "$SKIP_CLUSTER" = false ]; then
    rate=$(price_of vcpu "$(series_of "$NODE_SIZE")")
    [ -z "$rate" ] || rate=$(times "$rate" "$(vcpus_of "$NODE_SIZE")" "$((NODE_COUNT * hours))")
    cost_line "$rate" "$NODE_COUNT x node $NODE_SIZE, $hours hours"
    read -r price tier size <<EOF
$(disk_of premium-disk "$NODE_DISK_SIZE")
EOF
    cost_line "${price:+$(times "$price" "$NODE_COUNT")}" "$NODE_COUNT x disk of a node, $NODE_DISK_SIZE GiB${tier:+ ($tier)}"
    cost_line "$(times "$(price_of aks "$CLUSTER_TIER")" "$hours")" "AKS, tier $CLUSTER_TIER"
    cost_line "$(times "$(price_of network load-balancer)" "$hours")" 'load balancer of the cluster'
    cost_line "$(times "$(price_of network public-ip)" "$hours")" 'public IP address of the cluster'
    if [ -n "$DEVICE" ]; then
      read -r price tier size <<EOF
$(disk_of standard-disk "$(gib_of "$DEVICE_DISK_SIZE")")
EOF
      cost_line "$price" "disk of the device, $DEVICE_DISK_SIZE${size:+, billed as $size GiB ($tier)}"
    fi
  fi
  if [ "$SKIP_HUB" = false ]; then
    cost_line "$(times "$(price_of hub "$HUB_TIER")" "$HUB_UNITS")" "IoT Hub, tier $HUB_TIER, units: $HUB_UNITS"
  fi
  if [ "$SKIP_CLUSTER" = true ] && [ "$SKIP_HUB" = true ]; then cost_line 0.00 'nothing is made in Azure'; fi
  echo '  ----------'
  if [ "$UNPRICED" = true ]; then printf '  %10s  and what has no price here\n' "$TOTAL"; else printf '  %10s  in all\n' "$TOTAL"; fi
  echo 'Not in it: traffic, logs, messages above the quota of the hub, more devices.'
  echo "Your prices: $CALCULATOR"
  old_prices
}

# Says if the table of prices is more than a year old.
old_prices() {
  local year month now_year now_month age
  IFS=- read -r year month <<EOF
$(price_of date)
EOF
  IFS=- read -r now_year now_month <<EOF
$(date +%Y-%m)
EOF
  age=$(((now_year - year) * 12 + 10#$now_month - 10#$month))
  [ "$age" -le 12 ] || echo "The table is $age months old: prices have changed since."
}

# plan_line NAME WORDS: in 80 columns, also in a pipe.
plan_line() { printf '  %-15s %s\n' "$1" "$2" | wrapped_value; }
# wrapped_value: breaks a line of the plan at blanks of its value, which begins in column 19.
wrapped_value() {
  awk '
    length($0) <= 80 { print; next }
    {
      line = substr($0, 1, 18)
      words = split(substr($0, 19), word, " ")
      for (n = 1; n <= words; n++) {
        if (n == 1) line = line word[n]
        else if (length(line) + 1 + length(word[n]) <= 80) line = line " " word[n]
        else { print line; line = sprintf("%18s", "") word[n] }
      }
      print line
    }'
}

# The name of the hub of --skip-hub, from its connection string. The rest of that is never shown.
hub_named() {
  local host=${HUB_CONNECTION_STRING#*HostName=}
  if [ -n "$HUB_CONNECTION_STRING" ]; then echo "${host%%;*}"; else echo '(its service connection string was not given)'; fi
}

# print_plan: before anything was looked at (--what-if), all is to be made. Later, the words after the name say what there is.
print_plan() {
  echo 'Plan'
  [ "$USES_AZURE" = false ] || plan_line subscription "$SUBSCRIPTION_WORDS"
  if [ "$USES_AZURE" = true ]; then
    plan_line location "$LOCATION"
    plan_line 'resource group' "$GROUP: ${GROUP_WORDS:-make}"
    plan_line tag "$TAG_NAME=$NAME${TAGS:+ $TAGS}"
  fi
  if [ "$SKIP_CLUSTER" = true ]; then
    plan_line cluster "yours: $CLUSTER_NAMED${KUBECONFIG_FILE:+, of $KUBECONFIG_FILE}"
  else
    plan_line 'AKS cluster' "$CLUSTER: ${CLUSTER_WORDS:-make}"
    plan_line '' "$NODE_COUNT x $NODE_SIZE, disk $NODE_DISK_SIZE GiB, tier $CLUSTER_TIER"
    plan_line '' "Kubernetes ${KUBERNETES_VERSION:-in the default version of AKS}"
    plan_line kubeconfig "$KUBECONFIG_FILE"
  fi
  if [ "$SKIP_KUBEVIRT" = true ]; then plan_line 'KubeVirt, CDI' 'left as they are'
  else plan_line 'KubeVirt, CDI' "install or keep; KubeVirt ${KUBEVIRT_VERSION:-$TESTED_KUBEVIRT}, CDI ${CDI_VERSION:-$TESTED_CDI}"; fi
  plan_line 'storage class' "${STORAGE_CLASS:-the default one of the cluster}"
  if [ "$SKIP_HUB" = true ]; then plan_line 'IoT Hub' "yours: $(hub_named)"
  else
    plan_line 'IoT Hub' "${HUB:-$NAME-NNNNNNNNNN}: ${HUB_WORDS:-make}, tier $HUB_TIER, units: $HUB_UNITS"
    [ -n "$HUB" ] || plan_line '' '(NNNNNNNNNN: made from subscription and resource group)'
    plan_line 'policy of hub' "$HUB_POLICY: ${HUB_RIGHTS// /, }"
  fi
  if [ -z "$DEVICE" ]; then plan_line device none
  else plan_line device "$DEVICE: $DEVICE_CPUS vCPUs, $DEVICE_MEMORY, disk $DEVICE_DISK_SIZE${NAMESPACE:+, namespace $NAMESPACE}"; fi
  [ -z "${REGISTER_WORDS-}" ] || plan_line providers "$REGISTER_WORDS"
  print_fit
}
