"use strict";(self.rspackChunk_kireji_course=self.rspackChunk_kireji_course||[]).push([[1],{21(r,e,o){var t=o(22),n=o.n(t),a=o(23),i=(o.n(a))()(n());i.push([r.id,`.kj-Panel {
  box-sizing: border-box;
  padding: 12px;
  overflow-y: auto;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.45;
  min-width: 240px;
}
.kj-Panel p { margin: 0 0 6px; }
.kj-heading { margin: 0 0 10px; font-size: var(--jp-ui-font-size2); font-weight: 600; }
.kj-Panel h3 { margin: 0 0 2px; font-size: 1.1em; font-weight: 600; line-height: 1.25; }
.kj-cards, .kj-tasks { list-style: none; margin: 0; padding: 0; }
.kj-card {
  margin: 0 0 12px;
  padding: 12px;
  border: 1px solid var(--jp-border-color1);
  border-radius: 8px;
  background: var(--jp-layout-color0);
}
.kj-quiet { color: var(--jp-ui-font-color1); opacity: 0.82; }
.kj-facts { display: flex; flex-wrap: wrap; gap: 0 10px; }
.kj-name { font-family: var(--jp-code-font-family); font-size: 0.9em; }
.kj-state, .kj-news { display: flex; align-items: center; gap: 8px; font-weight: 600; }
.kj-sign {
  flex: none;
  display: inline-grid;
  place-items: center;
  width: 20px;
  height: 20px;
  border: 1px solid currentcolor;
  border-radius: 50%;
  font-size: 12px;
  line-height: 1;
}
.kj-dot { width: 10px; height: 10px; margin: 0 5px; border-radius: 50%; background: var(--jp-warn-color0); }
.kj-late { font-weight: 600; }
.kj-buttons { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 0; }
.kj-button {
  min-height: 28px;
  padding: 3px 12px;
  border: 1px solid var(--jp-border-color0);
  border-radius: 5px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color0);
  font: inherit;
  cursor: pointer;
}
.kj-button:hover { background: var(--jp-layout-color2); }
.kj-button:disabled { cursor: progress; opacity: 0.6; }
.kj-primary, .kj-primary:hover { border-color: #2b4a8b; background: #2b4a8b; color: #fff; }
.kj-button:focus-visible, .kj-link:focus-visible, .kj-task:focus-visible, .kj-Panel summary:focus-visible {
  outline: 2px solid var(--jp-ui-font-color0);
  outline-offset: 2px;
}
.kj-more { margin-top: 10px; }
.kj-more summary, .kj-preflight summary { cursor: pointer; width: fit-content; }
.kj-attempts { margin: 6px 0; padding-left: 24px; }
.kj-link { padding: 0; border: 0; background: none; color: var(--jp-content-link-color); font: inherit; text-decoration: underline; cursor: pointer; }
.kj-problem { margin: 0 0 10px; padding: 8px 10px; border-left: 4px solid var(--jp-error-color1); background: var(--jp-layout-color2); }
.kj-preflight { max-width: 34rem; line-height: 1.45; }
.kj-preflight h3 { margin: 8px 0 4px; font-size: 1em; }
.kj-preflight ul { margin: 0 0 8px; padding-left: 20px; }
.kj-preflight li { margin: 2px 0; overflow-wrap: anywhere; }
.kj-warnings { padding: 2px 10px 4px; border-left: 4px solid var(--jp-warn-color1); background: var(--jp-layout-color2); }
.kj-summary { font-weight: 600; }
.kj-Panel progress { width: 100%; margin-bottom: 6px; }
.kj-tasks { margin: 8px 0; }
.kj-tasks li { border-top: 1px solid var(--jp-border-color2); padding: 4px 0; }
.kj-task {
  display: flex;
  align-items: flex-start;
  gap: 10px;
  width: 100%;
  padding: 6px 4px;
  border: 0;
  border-radius: 4px;
  background: none;
  color: inherit;
  font: inherit;
  text-align: left;
  cursor: pointer;
}
.kj-task:hover { background: var(--jp-layout-color2); }
.kj-taskTitle { display: block; }
.kj-message { margin: 0 4px 6px 34px; white-space: pre-line; overflow-wrap: anywhere; }
.kj-Feedback { display: flex; }
.kj-Feedback iframe { flex: 1; width: 100%; border: 0; background: var(--jp-layout-color0); }
/* A dot on the panel's tab; its caption says the same in words. */
.lm-TabBar-tab.kj-hasNews .lm-TabBar-tabIcon::after {
  content: '';
  position: absolute;
  top: 4px;
  right: 4px;
  width: 9px;
  height: 9px;
  border-radius: 50%;
  background: var(--jp-warn-color0);
}
.lm-TabBar-tab.kj-hasNews { position: relative; }
`,""]),o.d(e,{},{A:i})},23(r){r.exports=function(r){var e=[];return e.toString=function(){return this.map(function(e){var o="",t=void 0!==e[5];return e[4]&&(o+="@supports (".concat(e[4],") {")),e[2]&&(o+="@media ".concat(e[2]," {")),t&&(o+="@layer".concat(e[5].length>0?" ".concat(e[5]):""," {")),o+=r(e),t&&(o+="}"),e[2]&&(o+="}"),e[4]&&(o+="}"),o}).join("")},e.i=function(r,o,t,n,a){"string"==typeof r&&(r=[[null,r,void 0]]);var i={};if(t)for(var p=0;p<this.length;p++){var s=this[p][0];null!=s&&(i[s]=!0)}for(var l=0;l<r.length;l++){var c=[].concat(r[l]);t&&i[c[0]]||(void 0!==a&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=a),o&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=o),n&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=n):c[4]="".concat(n)),e.push(c))}},e}},22(r){r.exports=function(r){return r[1]}},14(r,e,o){o.r(e);var t=o(15),n=o.n(t),a=o(16),i=o.n(a),p=o(17),s=o.n(p),l=o(18),c=o.n(l),d=o(19),u=o.n(d),f=o(20),g=o.n(f),h=o(21),m={};m.styleTagTransform=g(),m.setAttributes=c(),m.insert=s().bind(null,"head"),m.domAPI=i(),m.insertStyleElement=u(),n()(h.A,m);let x=h.A&&h.A.locals?h.A.locals:void 0;o.d(e,{},{default:x})},15(r){var e=[];function o(r){for(var o=-1,t=0;t<e.length;t++)if(e[t].identifier===r){o=t;break}return o}function t(r,t){for(var n={},a=[],i=0;i<r.length;i++){var p=r[i],s=t.base?p[0]+t.base:p[0],l=n[s]||0,c="".concat(s," ").concat(l);n[s]=l+1;var d=o(c),u={css:p[1],media:p[2],sourceMap:p[3],supports:p[4],layer:p[5]};if(-1!==d)e[d].references++,e[d].updater(u);else{var f=function(r,e){var o=e.domAPI(e);return o.update(r),function(e){e?(e.css!==r.css||e.media!==r.media||e.sourceMap!==r.sourceMap||e.supports!==r.supports||e.layer!==r.layer)&&o.update(r=e):o.remove()}}(u,t);t.byIndex=i,e.splice(i,0,{identifier:c,updater:f,references:1})}a.push(c)}return a}r.exports=function(r,n){var a=t(r=r||[],n=n||{});return function(r){r=r||[];for(var i=0;i<a.length;i++){var p=o(a[i]);e[p].references--}for(var s=t(r,n),l=0;l<a.length;l++){var c=o(a[l]);0===e[c].references&&(e[c].updater(),e.splice(c,1))}a=s}}},17(r){var e={};r.exports=function(r,o){var t=function(r){if(void 0===e[r]){var o=document.querySelector(r);if(window.HTMLIFrameElement&&o instanceof window.HTMLIFrameElement)try{o=o.contentDocument.head}catch(r){o=null}e[r]=o}return e[r]}(r);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(o)}},19(r){r.exports=function(r){var e=document.createElement("style");return r.setAttributes(e,r.attributes),r.insert(e,r.options),e}},18(r,e,o){r.exports=function(r){var e=o.nc;e&&r.setAttribute("nonce",e)}},16(r){r.exports=function(r){if("u"<typeof document)return{update:function(){},remove:function(){}};var e=r.insertStyleElement(r);return{update:function(o){var t,n,a;t="",o.supports&&(t+="@supports (".concat(o.supports,") {")),o.media&&(t+="@media ".concat(o.media," {")),(n=void 0!==o.layer)&&(t+="@layer".concat(o.layer.length>0?" ".concat(o.layer):""," {")),t+=o.css,n&&(t+="}"),o.media&&(t+="}"),o.supports&&(t+="}"),(a=o.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),r.styleTagTransform(t,e,r.options)},remove:function(){var r;null===(r=e).parentNode||r.parentNode.removeChild(r)}}}},20(r){r.exports=function(r,e){if(e.styleSheet)e.styleSheet.cssText=r;else{for(;e.firstChild;)e.removeChild(e.firstChild);e.appendChild(document.createTextNode(r))}}}}]);